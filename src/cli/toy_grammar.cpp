#include "cli/toy_grammar.h"

#include <cctype>

namespace mola::cli {
namespace {

using Words = std::vector<std::string>;

// Kinds of nouns; a verb says which it takes. Every plural ends in s, and no noun begins with a
// vowel.
enum Kind : unsigned { kPerson = 1, kAnimal = 2, kFood = 4, kThing = 8, kPlace = 16 };
constexpr unsigned kAlive = kPerson | kAnimal;
constexpr unsigned kMovable = kFood | kThing;
constexpr unsigned kAnything = kAlive | kMovable | kPlace;

const Words kThings = {"ball", "bell", "book", "boat", "coin", "drum", "hat", "lamp", "rope"};
const Words kQualities = {"big", "small", "old", "new", "clean", "dirty"};
const Words kPrepositions = {"near", "behind", "beside"};

struct Verb {
  std::string plural;  // the singular has an s
  unsigned subjects;
  unsigned objects;
};

const std::vector<Verb> kTransitive = {
    {"eat", kAlive, kFood},     {"see", kAlive, kAnything},  {"find", kAlive, kMovable},
    {"lift", kAlive, kMovable}, {"like", kAlive, kAnything}, {"follow", kAlive, kAlive},
    {"visit", kAlive, kPlace},  {"leave", kAlive, kPlace},   {"sell", kPerson, kMovable},
    {"paint", kPerson, kPlace}, {"feed", kPerson, kAnimal},  {"thank", kPerson, kPerson},
};
const std::vector<Verb> kIntransitive = {
    {"sleep", kAlive, kPlace}, {"run", kAlive, kPlace},    {"wait", kAlive, kPlace},
    {"sing", kPerson, kPlace}, {"fall", kMovable, kPlace}, {"lie", kMovable, kPlace},
};

struct NounPhrase {
  Words words;
  bool plural;
};

// One of the kinds in the set; each kind is as likely as another, however many nouns it has.
const std::string& pick_noun(Random& random, unsigned kinds) {
  const std::vector<std::pair<Kind, const Words*>> all = {{kPerson, &professions()},
                                                          {kAnimal, &animals()},
                                                          {kFood, &foods()},
                                                          {kThing, &kThings},
                                                          {kPlace, &places()}};
  std::vector<const Words*> allowed;
  for (const auto& [kind, words] : all) {
    if ((kinds & kind) != 0) allowed.push_back(words);
  }
  return random.pick(*random.pick(allowed));
}

NounPhrase make_noun_phrase(Random& random, unsigned kinds, bool wrong_determiner) {
  static const Words kSingular = {"a", "this"};
  static const Words kPlural = {"these", "two"};
  NounPhrase phrase{{}, random.below(2) == 0};
  const bool fits_both = !wrong_determiner && random.below(2) == 0;
  const bool as_plural = phrase.plural != wrong_determiner;
  phrase.words.push_back(fits_both ? "the" : random.pick(as_plural ? kPlural : kSingular));
  phrase.words.push_back(pick_noun(random, kinds) + (phrase.plural ? "s" : ""));
  return phrase;
}

void append(Words& words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
}

// What the sentence says of its subject, and the kinds that the subject may have.
struct Predicate {
  std::string singular, plural;
  Words rest;
  unsigned subjects;
};

Predicate make_predicate(Random& random, bool wrong_determiner) {
  const auto form = random.below(6);
  if (form == 0 && !wrong_determiner) {
    return {"is", "are", {random.pick(kQualities)}, kAnything};
  }
  const bool transitive = form < 4;
  const auto& verb = random.pick(transitive ? kTransitive : kIntransitive);
  Words rest;
  if (!transitive) rest.push_back(random.pick(kPrepositions));
  append(rest, make_noun_phrase(random, verb.objects, wrong_determiner).words);
  return {verb.plural + "s", verb.plural, rest, verb.subjects};
}

std::string join(const Words& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  text[0] = static_cast<char>(std::toupper(text[0]));
  return text + ".";
}

}  // namespace

const std::vector<Flaw>& all_flaws() {
  static const std::vector<Flaw> kAll = {Flaw::kAgreement, Flaw::kDeterminer, Flaw::kOrder};
  return kAll;
}

const Words& animals() {
  static const Words kAll = {"bear", "cat", "cow", "crow", "dog", "duck", "frog", "goat", "horse"};
  return kAll;
}

const Words& professions() {
  static const Words kAll = {"baker", "doctor", "farmer", "king",   "miller",
                             "queen", "sailor", "singer", "teacher"};
  return kAll;
}

const Words& foods() {
  static const Words kAll = {"bean", "cake", "carrot", "fig", "melon", "nut", "pear", "plum"};
  return kAll;
}

const Words& places() {
  static const Words kAll = {"barn",   "bridge", "forest", "garden", "hill",
                             "market", "mill",   "river",  "tower"};
  return kAll;
}

const Words& colours() {
  static const Words kAll = {"black", "brown", "green", "grey", "red", "white", "yellow"};
  return kAll;
}

std::string make_sentence(Random& random, Flaw flaw) {
  const bool wrong_determiner = flaw == Flaw::kDeterminer;
  const bool in_subject = random.below(2) == 0;
  const auto predicate = make_predicate(random, wrong_determiner && !in_subject);
  const auto subject = make_noun_phrase(random, predicate.subjects, wrong_determiner && in_subject);
  Words words = subject.words;
  const bool plural = subject.plural != (flaw == Flaw::kAgreement);
  words.push_back(plural ? predicate.plural : predicate.singular);
  append(words, predicate.rest);
  if (flaw == Flaw::kOrder) {
    const auto at = random.below(words.size() - 1);
    std::swap(words[at], words[at + 1]);
  }
  return join(words);
}

}  // namespace mola::cli
