// The one file that sees Arrow, and is compiled as C++20 for its headers.
#include "data/parquet.h"

#include <arrow/api.h>
#include <parquet/arrow/reader.h>

#include <cstdio>

namespace mola {
namespace {

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) >= ' ') {
      quoted += c;
      continue;
    }
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
    quoted += escaped;
  }
  return quoted + "\"";
}

std::string to_json(const arrow::Array& cells, int64_t index);

std::string list_json(const arrow::Array& items, int64_t begin, int64_t length) {
  std::string json = "[";
  for (int64_t i = begin; i < begin + length; ++i) {
    json += (i == begin ? "" : ",") + to_json(items, i);
  }
  return json + "]";
}

std::string struct_json(const arrow::StructArray& cells, int64_t index) {
  std::string json = "{";
  for (int i = 0; i < cells.num_fields(); ++i) {
    const auto& name = cells.struct_type()->field(i)->name();
    json += (i == 0 ? "" : ",") + quote(name) + ":" + to_json(*cells.field(i), index);
  }
  return json + "}";
}

std::string to_json(const arrow::Array& cells, int64_t index) {
  if (cells.IsNull(index)) return "null";
  switch (cells.type_id()) {
    case arrow::Type::STRING:
      return quote(static_cast<const arrow::StringArray&>(cells).GetView(index));
    case arrow::Type::LARGE_STRING:
      return quote(static_cast<const arrow::LargeStringArray&>(cells).GetView(index));
    case arrow::Type::BINARY:  // an image: that it is there is all a task asks
      return std::to_string(static_cast<const arrow::BinaryArray&>(cells).GetView(index).size());
    case arrow::Type::LIST: {
      const auto& lists = static_cast<const arrow::ListArray&>(cells);
      return list_json(*lists.values(), lists.value_offset(index), lists.value_length(index));
    }
    case arrow::Type::LARGE_LIST: {
      const auto& lists = static_cast<const arrow::LargeListArray&>(cells);
      return list_json(*lists.values(), lists.value_offset(index), lists.value_length(index));
    }
    case arrow::Type::STRUCT:
      return struct_json(static_cast<const arrow::StructArray&>(cells), index);
    default: {
      const auto text = cells.GetScalar(index).ValueOrDie()->ToString();
      const bool is_plain = arrow::is_primitive(cells.type_id()) &&
                            !arrow::is_temporal(cells.type_id());  // a number, true or false
      return is_plain ? text : quote(text);
    }
  }
}

class ParquetReader : public RowReader {
 public:
  explicit ParquetReader(const std::string& path) : path_(path) {
    parquet::arrow::FileReaderBuilder builder;
    check(builder.OpenFile(path));
    check(builder.Build(&file_));
    auto batches = file_->GetRecordBatchReader();
    check(batches.status());
    batches_ = std::move(*batches);
  }

  bool next() override {
    while (batch_ == nullptr || ++index_ == batch_->num_rows()) {
      check(batches_->ReadNext(&batch_));
      if (batch_ == nullptr) return false;
      index_ = -1;
    }
    ++number_;
    text_ = "{";
    for (int i = 0; i < batch_->num_columns(); ++i) {
      text_ += (i == 0 ? "" : ",") + quote(batch_->column_name(i)) + ":" +
               to_json(*batch_->column(i), index_);
    }
    text_ += "}";
    return true;
  }

  const std::string& text() const override { return text_; }

  std::string where() const override { return path_ + ": row " + std::to_string(number_); }

 private:
  void check(const arrow::Status& status) const {
    if (!status.ok()) fail(path_, ": cannot be read as Parquet: ", status.message());
  }

  std::string path_;
  std::unique_ptr<parquet::arrow::FileReader> file_;
  std::shared_ptr<arrow::RecordBatchReader> batches_;  // of file_
  std::shared_ptr<arrow::RecordBatch> batch_;
  int64_t index_ = -1;  // of the row in its batch
  int64_t number_ = 0;
  std::string text_;
};

}  // namespace

std::unique_ptr<RowReader> open_parquet(const std::string& path) {
  return std::make_unique<ParquetReader>(path);
}

}  // namespace mola
