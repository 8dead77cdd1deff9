#include "cli/plan_command.h"

#include "base/json_file.h"
#include "io/run_folder.h"

namespace mola::cli {

void add_plan_options(CLI::App& app, PlanOptions& options) {
  add_config_options(app, options.config);
  app.get_option("config")->type_name("PLAN.json")->description("Plan file");
  add_resume_flag(app, options.resume);
  app.add_flag("--list", options.list, "List the output folders of all runs and exit");
  add_json_option(app, options.output);
}

void open_plan_output(PlanOptions& options, const std::string& folder) {
  if (!options.resume) check_run_folder(folder);
  options.output.open();
}

void show_results(PlanOptions& options, const std::string& folder, const std::string& table) {
  options.output.write(table);
  if (!options.output.has_json()) return;
  options.output.json_line(read_file(folder + "/results.json"));
  options.output.close();
}

}  // namespace mola::cli
