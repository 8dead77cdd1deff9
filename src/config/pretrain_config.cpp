#include "mola/config/pretrain_config.h"

#include "base/json_file.h"
#include "config/llama_shape.h"
#include "config/pretrain_fields.h"
#include "config/run_fields.h"
#include "config/run_keys.h"

namespace mola {

const Fields<PretrainConfig>& pretrain_data_fields() {
  using C = PretrainConfig;
  static const Fields<C> kFields = {
      text_field("path", &C::text, "JSON lines of {\"text\": \"...\"}, one document per line.")
          .required(),
      integer_field("max_length", &C::max_length, {2},
                    "Maximum tokens per sequence; longer documents become several sequences. At "
                    "most model.max_position_embeddings."),
  };
  return kFields;
}

RunConfig pretraining_run(const PretrainConfig& config) {
  RunConfig run;
  run.model.path = config.output.dir + "/start";
  run.model.dtype = "f32";
  run.adapter.type = "full";
  run.data.task = "text";
  run.data.path = config.text;
  run.data.max_length = config.max_length;
  run.data.packing = true;
  run.train = config.train;
  run.output = config.output;
  return run;
}

PretrainConfig read_pretrain_config(const std::string& path,
                                    const std::vector<std::string>& overrides) {
  const auto json = read_json_file(path);
  ConfigSource source{path, split_overrides(overrides), {}};
  const JsonReader reader(json, source, "");
  PretrainConfig config;
  reader.text("$schema");  // for editors
  const JsonReader model = reader.object("model");
  config.model = read_llama_shape(model);
  model.refuse_unknown_keys();
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    if (model.is_given(key)) model.object(key).refuse_unknown_keys();
  }
  const JsonReader data = reader.object("data");
  config = read_fields(data, pretrain_data_fields(), config);
  if (config.max_length > config.model.max_position_embeddings) {
    data.refuse("max_length", "found " + std::to_string(config.max_length) +
                                  ", expected at most model.max_position_embeddings, which is " +
                                  std::to_string(config.model.max_position_embeddings));
  }
  const JsonReader train = reader.object("train");
  for (const char* key : {"evaluate_every", "balance_coefficient"}) {
    if (!train.any(key).is_null()) train.refuse(key, "applies to fine-tuning only");
  }
  config.train = read_train(train);
  config.output = read_fields(reader.object("output"), output_fields());
  reader.refuse_unknown_keys();
  return config;
}

}  // namespace mola
