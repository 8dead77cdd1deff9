// configs/: the schema says what the parser says, and every config is one.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "config/config_schema.h"
#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "mola/config/run_config.h"
#include "support/test_files.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path kConfigs = fs::path(MOLA_REFERENCE_DIR) / "../../configs";

json read_file_json(const fs::path& path) { return json::parse(std::ifstream(path)); }

class Schema : public testing::Test {
 protected:
  // What is wrong with `value` at `section`.`key`; empty if it is taken.
  std::string problem(const std::string& section, const std::string& key, const json& value) {
    json config = least_;
    if (section == "adapter") config["adapter"] = adapter_with(key);
    config[section][key] = value;
    if (key == "type" && value != "mola") config["adapter"].erase("allocation");
    try {
      resolve(read_run_config(folder_.write("run.json", config.dump())).adapter, 4);
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  }

  // The least adapter that has the key.
  static json adapter_with(const std::string& key) {
    if (key == "num_virtual_tokens" || key == "init_text") return {{"type", "prompt_tuning"}};
    if (key == "adapter_len" || key == "adapter_layers") return {{"type", "llama_adapter"}};
    return {{"allocation", "2468"}};
  }

  void expect_taken(const std::string& section, const std::string& key, const json& value) {
    EXPECT_EQ(problem(section, key, value), "") << section << "." << key;
  }

  void expect_refused(const std::string& section, const std::string& key, const json& value) {
    EXPECT_NE(problem(section, key, value).find(section + "." + key + ": found"), std::string::npos)
        << section << "." << key << " took " << value;
  }

  // Calls `check` with section, key and schema of every key.
  template <class Check>
  void for_each_key(Check check) {
    for (const auto& [section, object] : schema_["properties"].items()) {
      if (section == "$schema" || section == "files") continue;
      for (const auto& [key, property] : object["properties"].items()) {
        check(section, key, property);
      }
    }
  }

  // With rows held out, so that evaluate_every may be given.
  json least_ = json::parse(R"({"model": {"path": "m"}, "adapter": {"allocation": "2468"},
                                "data": {"task": "cola", "path": "d", "validation": 0.5},
                                "train": {}, "output": {"dir": "o"}})");
  json schema_ = read_file_json(kConfigs / "schema.json");
  TempFolder folder_;
};

TEST_F(Schema, HasTheKeysOfTheParserAndTheirDefaults) {
  least_["data"].erase("validation");
  json defaults;
  for (const auto* key : {"adapter_len", "num_virtual_tokens", "allocation"}) {
    least_["adapter"] = adapter_with(key);
    const auto run = read_run_config(folder_.write("run.json", least_.dump()));
    defaults.update(json::parse(run_config_text(run)), /*merge_objects=*/true);
  }
  const auto has_default = [&](const std::string& section, const std::string& key) {
    return !least_[section].contains(key);
  };
  for (const auto& [section, values] : defaults.items()) {
    const auto& object = schema_["properties"][section];
    EXPECT_EQ(object["additionalProperties"], false) << section;
    for (const auto& [key, value] : values.items()) {
      const auto& property = object["properties"][key];
      EXPECT_TRUE(property.contains("description")) << section << "." << key;
      EXPECT_EQ(property.contains("default"), has_default(section, key)) << section << "." << key;
      if (has_default(section, key)) {
        EXPECT_EQ(property["default"], value) << section << "." << key;
      }
    }
  }
  for_each_key([&](const std::string& section, const std::string& key, const json& property) {
    const bool is_null = section == "adapter" && property.contains("default") &&
                         property["default"].is_null();  // which is not written
    EXPECT_TRUE(is_null || defaults[section].contains(key)) << section << "." << key;
  });
  EXPECT_EQ(schema_["properties"].size(), defaults.size() + 2);  // and $schema, and files
}

TEST_F(Schema, WantsTheKeysThatTheParserWants) {
  for_each_key([&](const std::string& section, const std::string& key, const json&) {
    const auto& required = schema_["properties"][section]["required"];
    const bool is_required = std::find(required.begin(), required.end(), key) != required.end();
    if (section + key == "adapterallocation") return;  // of a mola adapter only
    json config = least_;
    config[section].erase(key);
    const auto path = folder_.write("run.json", config.dump());
    if (is_required) {
      EXPECT_NE(message_of<Error>([&] { read_run_config(path); }).find(key + ": is missing"),
                std::string::npos);
    } else {
      EXPECT_NO_THROW(read_run_config(path)) << section << "." << key;
    }
  });
}

TEST_F(Schema, HasTheRangesOfTheParser) {
  for_each_key([&](const std::string& section, const std::string& key, const json& property) {
    if (property.contains("minimum")) {
      expect_taken(section, key, property["minimum"]);
      expect_refused(section, key, property["minimum"].get<int64_t>() - 1);
    }
    // A batch as large as the largest micro-batch.
    if (key == "micro_batch_size") least_["train"]["batch_size"] = property["maximum"];
    if (property.contains("maximum")) {
      expect_taken(section, key, property["maximum"]);
      expect_refused(section, key, property["maximum"].get<uint64_t>() + 1);
    }
    least_["train"] = json::object();
    if (property.contains("exclusiveMinimum")) {
      expect_taken(section, key, property["exclusiveMinimum"].get<double>() + 1e-9);
      expect_refused(section, key, property["exclusiveMinimum"]);
    }
    if (property.contains("exclusiveMaximum")) {
      expect_taken(section, key, property["exclusiveMaximum"].get<double>() - 1e-9);
      expect_refused(section, key, property["exclusiveMaximum"]);
    }
  });
}

TEST_F(Schema, HasTheChoicesOfTheParser) {
  for_each_key([&](const std::string& section, const std::string& key, const json& property) {
    if (!property.contains("enum")) return;
    for (const auto& value : property["enum"]) expect_taken(section, key, value);
    expect_refused(section, key, "none of them");
  });
  EXPECT_EQ(schema_["properties"]["adapter"]["properties"]["target_modules"]["items"]["enum"],
            json(all_projections()));
}

TEST_F(Schema, HasTheTypesOfTheParser) {
  const std::map<std::string, json> values = {
      {"string", "2468"}, {"integer", 2},         {"number", 0.5}, {"boolean", true},
      {"array", {2, 2}},  {"object", {{"a", 2}}}, {"null", json()}};
  for_each_key([&](const std::string& section, const std::string& key, const json& property) {
    if (!property.contains("type") || key == "target_modules" || key == "allocation") return;
    const json types = property["type"].is_array() ? property["type"] : json({property["type"]});
    for (const auto& [type, value] : values) {
      const bool is_listed = std::find(types.begin(), types.end(), type) != types.end();
      const bool is_number = type == "integer" && types.front() == "number";
      if (type == "null" || is_listed || is_number) continue;
      expect_refused(section, key, value);
    }
  });
}

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// `make generated` writes them.
TEST(Generated, FilesAreCurrent) {
  const auto& types = adapter_types();
  EXPECT_EQ(text_of(kConfigs / "schema.json"), run_schema(types).dump(2) + "\n");
  EXPECT_EQ(text_of(kConfigs / "experiments/schema.json"), experiment_schema(types).dump(2) + "\n");
  EXPECT_EQ(text_of(kConfigs / "continual/schema.json"), continual_schema(types).dump(2) + "\n");
  EXPECT_EQ(text_of(kConfigs / "pretrain/schema.json"), pretrain_schema().dump(2) + "\n");
  EXPECT_EQ(text_of(kConfigs / "../docs/configuration.md"), configuration_page(types));
}

TEST(Configs, AreRunsAndNameTheSchema) {
  int64_t count = 0;
  for (const auto& entry : fs::directory_iterator(kConfigs)) {
    if (entry.is_directory() || entry.path().filename() == "schema.json") continue;
    ++count;
    const auto path = entry.path().string();
    EXPECT_EQ(read_file_json(path)["$schema"], "schema.json") << path;
    const auto run = read_run_config(path);
    const bool is_7b = entry.path().filename().string().rfind("llama2_7b_", 0) == 0;
    EXPECT_NO_THROW(resolve(run.adapter, is_7b ? 32 : 8)) << path;
    EXPECT_EQ(run.output.dir.rfind("runs/", 0), 0u) << path;
  }
  EXPECT_GE(count, 3);
}

}  // namespace
}  // namespace mola
