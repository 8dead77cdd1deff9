// mola toy-data: a corpus about a small world, and a task about it in CoLA's files.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/atomic_folder.h"
#include "base/file_changes.h"
#include "base/output_file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/toy_grammar.h"
#include "io/output_folder.h"
#include "mola/tasks/prompt.h"

namespace mola::cli {
namespace {

struct Settings {
  std::string folder;
  uint64_t seed = 1;
};

constexpr int kStories = 500;
constexpr int kTalks = 16000;
constexpr int kDescriptions = 500;
constexpr int kInstructions = 3000;
constexpr int kTrainRows = 4000;
constexpr int kDevRows = 400;

// Someone who lives in the world, and what is always true of them.
struct Person {
  std::string name, profession, place, colour, animal, food;
};

std::vector<Person> make_people(Random& random) {
  std::vector<Person> people;
  for (const auto* name : {"Anna", "Bruno", "Clara", "David", "Emma", "Felix", "Greta", "Henry",
                           "Ida", "Jonas", "Karla", "Leo", "Mira", "Nils", "Olga", "Peter"}) {
    people.push_back({name, random.pick(professions()), random.pick(places()),
                      random.pick(colours()), random.pick(animals()), random.pick(foods())});
  }
  return people;
}

// Makes sentences, and remembers them: those of the task must not stand in the text.
struct Narrator {
  Random& random;
  std::set<std::string>& told;

  std::string sentence(Flaw flaw = Flaw::kNone) {
    return *told.insert(make_sentence(random, flaw)).first;
  }
};

std::string story(Narrator& narrator) {
  std::string text = narrator.sentence();
  for (size_t more = narrator.random.below(5); more > 0; --more) text += " " + narrator.sentence();
  return text;
}

std::string describe(const Person& person, Random& random) {
  const std::string price = random.below(2) == 0 ? "an acceptable" : "an unacceptable";
  return person.name + " is a " + person.profession + ". " + person.name + " lives near the " +
         person.place + ". " + person.name + " has a " + person.colour + " " + person.animal +
         ". " + person.name + " sells " + person.food + "s for " + price + " price.";
}

// A sentence, and what those who hear it do: they nod, or they laugh about its flaw. So the text
// shows which sentences are acceptable without ever saying so.
struct Remark {
  std::string sentence, reaction;
};

Remark make_remark(Narrator& narrator) {
  const bool flawed = narrator.random.below(2) == 0;
  return {narrator.sentence(flawed ? narrator.random.pick(all_flaws()) : Flaw::kNone),
          flawed ? "laughs" : "nods"};
}

std::string talk(const std::vector<Person>& people, Narrator& narrator) {
  std::string text;
  for (size_t more = 1 + narrator.random.below(3); more > 0; --more) {
    const auto remark = make_remark(narrator);
    text +=
        remark.sentence + " " + narrator.random.pick(people).name + " " + remark.reaction + ". ";
  }
  text.pop_back();
  return text;
}

// An instruction other than the task's, with its response.
std::string instruction(const std::vector<Person>& people, Narrator& narrator) {
  auto& random = narrator.random;
  const auto ask = [](const std::string& question, const std::string& answer) {
    return alpaca_prompt(question) + "Answer: " + answer + ".";
  };
  const auto& person = random.pick(people);
  switch (random.below(8)) {
    case 0:
      return ask("Tell me where " + person.name + " lives.", "near the " + person.place);
    case 1:
      return ask("Tell me what " + person.name + " sells.", person.food + "s");
    case 2:
      return ask("Tell me what " + person.name + " is.", "a " + person.profession);
    case 3:
      return ask("Tell me what " + person.name + " has.",
                 "a " + person.colour + " " + person.animal);
    default:
      break;
  }
  if (random.below(4) == 0) {
    const auto sentence = narrator.sentence();
    return ask("Tell me if the statement short, long.\nSentence: " + sentence + "\n",
               std::count(sentence.begin(), sentence.end(), ' ') > 5 ? "long" : "short");
  }
  const auto remark = make_remark(narrator);
  return ask("Tell me what " + person.name + " does.\nSentence: " + remark.sentence + "\n",
             remark.reaction);
}

std::vector<std::string> make_documents(uint64_t seed, std::set<std::string>& told) {
  Random random(seed);
  Narrator narrator{random, told};
  const auto people = make_people(random);
  std::vector<std::string> documents;
  for (int i = 0; i < kStories; ++i) documents.push_back(story(narrator));
  for (int i = 0; i < kDescriptions; ++i) {
    documents.push_back(describe(random.pick(people), random));
  }
  for (int i = 0; i < kTalks; ++i) documents.push_back(talk(people, narrator));
  for (int i = 0; i < kInstructions; ++i) documents.push_back(instruction(people, narrator));
  return documents;
}

// Rows as CoLA has them: source, label, the author's mark, sentence. Three of five are drawn to be
// acceptable; no sentence stands twice or in `told`.
std::vector<std::string> make_rows(uint64_t seed, size_t count, std::set<std::string> told) {
  Random random(seed);
  std::vector<std::string> rows;
  while (rows.size() < count) {
    const bool acceptable = random.below(5) < 3;
    const auto sentence =
        make_sentence(random, acceptable ? Flaw::kNone : random.pick(all_flaws()));
    if (!told.insert(sentence).second) continue;
    rows.push_back(std::string("world\t") + (acceptable ? "1\t" : "0\t*") + "\t" + sentence);
  }
  return rows;
}

std::string lines_of(const std::vector<std::string>& lines, size_t begin, size_t end) {
  std::string text;
  for (size_t i = begin; i < end; ++i) text += lines[i] + "\n";
  return text;
}

void run(const Settings& settings) {
  const OutputFolder folder(settings.folder);
  AtomicFolder output(settings.folder);
  const std::string task = output.path() + "/CoLA";
  check_change(make_folders(task), settings.folder, "cannot be created");
  std::vector<std::string> documents;
  std::set<std::string> told;
  for (const auto& document : make_documents(settings.seed, told)) {
    documents.push_back(nlohmann::json({{"text", document}}).dump());
  }
  write_file(output.path() + "/text.jsonl", lines_of(documents, 0, documents.size()));
  const auto rows = make_rows(settings.seed + 1, kTrainRows + kDevRows, told);
  write_file(task + "/train.tsv", lines_of(rows, 0, kTrainRows));
  write_file(task + "/dev.tsv", lines_of(rows, kTrainRows, rows.size()));
  output.commit();
}

std::function<void()> add_options(CLI::App& app) {
  const auto settings = std::make_shared<Settings>();
  add_seed_option(app, settings->seed);
  add_output_option(app, settings->folder, "DIR");
  return [settings] { run(*settings); };
}

}  // namespace

Command toy_data_command() {
  return {
      "toy-data",
      "Runs and data",
      "Generate a small synthetic corpus and a task about it",
      "Generate a small synthetic corpus to pretrain on (text.jsonl), and a task about it in the\n"
      "format of CoLA (CoLA/train.tsv, CoLA/dev.tsv): is a sentence acceptable?",
      {"mola toy-data --output runs/quickstart/data --seed 1"},
      /*computes=*/false,
      add_options};
}

}  // namespace mola::cli
