// The one file that sees Arrow, and is compiled as C++20 for its headers. It calls no function of
// other files, so that it makes a plugin by itself.
#include "tasks/parquet.h"

#include <arrow/api.h>
#include <arrow/util/utf8.h>
#include <parquet/arrow/reader.h>

#include <cmath>
#include <cstdio>

#include "mola/base/error.h"

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

std::string unsupported(const std::string& found) {
  return "{" + quote(kUnsupportedValue) + ":" + quote(found) + "}";
}

void check_range(int64_t begin, int64_t length, int64_t size) {
  if (begin < 0 || length < 0 || begin > size || length > size - begin) {
    fail("cannot be read as Parquet: found a value outside its data");
  }
}

std::string text_json(std::string_view text) {
  return arrow::util::ValidateUTF8(text) ? quote(text) : unsupported("text that is not UTF-8");
}

// Arrow's own check of offsets refuses a whole batch for one text that is not UTF-8.
template <class Strings>
std::string string_json(const arrow::Array& cells, int64_t index) {
  const auto& strings = static_cast<const Strings&>(cells);
  const auto data = strings.value_data();
  check_range(strings.value_offset(index), strings.value_length(index),
              data == nullptr ? 0 : data->size());
  return text_json(strings.GetView(index));
}

std::string string_view_json(const arrow::Array& cells, int64_t index) {
  if (!cells.Slice(index, 1)->ValidateFull().ok()) return unsupported("text that is not UTF-8");
  return text_json(static_cast<const arrow::StringViewArray&>(cells).GetView(index));
}

std::string name_json(const std::string& name) {
  if (!arrow::util::ValidateUTF8(name)) fail("found the name of a column that is not UTF-8");
  return quote(name);
}

// Images and the like: a task only asks whether there is one.
bool is_bytes(arrow::Type::type id) {
  return id == arrow::Type::BINARY || id == arrow::Type::LARGE_BINARY ||
         id == arrow::Type::FIXED_SIZE_BINARY || id == arrow::Type::BINARY_VIEW;
}

bool is_number(arrow::Type::type id) {
  return id == arrow::Type::BOOL || arrow::is_integer(id) || id == arrow::Type::FLOAT ||
         id == arrow::Type::DOUBLE;
}

bool is_moment(arrow::Type::type id) { return arrow::is_date(id) || id == arrow::Type::TIMESTAMP; }

std::string to_json(const arrow::Array& cells, int64_t index);

template <class Lists>
std::string list_json(const arrow::Array& cells, int64_t index) {
  const auto& lists = static_cast<const Lists&>(cells);
  const int64_t begin = lists.value_offset(index);
  const int64_t end = begin + lists.value_length(index);
  check_range(begin, end - begin, lists.values()->length());
  std::string json = "[";
  for (int64_t i = begin; i < end; ++i) {
    json += (i == begin ? "" : ",") + to_json(*lists.values(), i);
  }
  return json + "]";
}

std::string struct_json(const arrow::StructArray& cells, int64_t index) {
  std::string json = "{";
  for (int i = 0; i < cells.num_fields(); ++i) {
    const auto& name = cells.struct_type()->field(i)->name();
    json += (i == 0 ? "" : ",") + name_json(name) + ":" + to_json(*cells.field(i), index);
  }
  return json + "}";
}

bool is_finite(const arrow::Scalar& scalar) {
  if (scalar.type->id() == arrow::Type::FLOAT) {
    return std::isfinite(static_cast<const arrow::FloatScalar&>(scalar).value);
  }
  return scalar.type->id() != arrow::Type::DOUBLE ||
         std::isfinite(static_cast<const arrow::DoubleScalar&>(scalar).value);
}

// Numbers, true and false as they are, dates as text.
std::string scalar_json(const arrow::Array& cells, int64_t index) {
  if (!is_number(cells.type_id()) && !is_moment(cells.type_id())) {
    return unsupported("a value of the type " + cells.type()->ToString());
  }
  const auto scalar = cells.GetScalar(index);
  if (!scalar.ok()) fail("cannot be read as Parquet: ", scalar.status().message());
  const auto text = (*scalar)->ToString();
  if (!is_finite(**scalar)) return unsupported(text);
  return is_number(cells.type_id()) ? text : quote(text);
}

std::string to_json(const arrow::Array& cells, int64_t index) {
  if (cells.IsNull(index)) return "null";
  if (is_bytes(cells.type_id())) return "true";
  switch (cells.type_id()) {
    case arrow::Type::STRING:
      return string_json<arrow::StringArray>(cells, index);
    case arrow::Type::LARGE_STRING:
      return string_json<arrow::LargeStringArray>(cells, index);
    case arrow::Type::STRING_VIEW:
      return string_view_json(cells, index);
    case arrow::Type::DICTIONARY: {
      const auto& words = static_cast<const arrow::DictionaryArray&>(cells);
      check_range(words.GetValueIndex(index), 1, words.dictionary()->length());
      return to_json(*words.dictionary(), words.GetValueIndex(index));
    }
    case arrow::Type::LIST:
      return list_json<arrow::ListArray>(cells, index);
    case arrow::Type::LARGE_LIST:
      return list_json<arrow::LargeListArray>(cells, index);
    case arrow::Type::FIXED_SIZE_LIST:
      return list_json<arrow::FixedSizeListArray>(cells, index);
    case arrow::Type::STRUCT:
      return struct_json(static_cast<const arrow::StructArray&>(cells), index);
    default:
      return scalar_json(cells, index);
  }
}

std::string row_json(const arrow::RecordBatch& batch, int64_t index) {
  std::string json = "{";
  for (int i = 0; i < batch.num_columns(); ++i) {
    json += (i == 0 ? "" : ",") + name_json(batch.column_name(i)) + ":" +
            to_json(*batch.column(i), index);
  }
  return json + "}";
}

class ParquetFile {
 public:
  explicit ParquetFile(const std::string& path) : path_(path) {
    parquet::arrow::FileReaderBuilder builder;
    check(builder.OpenFile(path));
    check(builder.Build(&file_));
    auto batches = file_->GetRecordBatchReader();
    check(batches.status());
    batches_ = std::move(*batches);
    arrow::util::InitializeUTF8();
  }

  bool next(std::string& row) {
    while (batch_ == nullptr || ++index_ == batch_->num_rows()) {
      check(batches_->ReadNext(&batch_));
      if (batch_ == nullptr) return false;
      check(batch_->Validate());
      index_ = -1;
    }
    ++number_;
    try {
      row = row_json(*batch_, index_);
    } catch (const Error& error) {
      fail(path_, ": row ", number_, ": ", error.what());
    }
    return true;
  }

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
};

}  // namespace

ParquetRows open_parquet_rows(const std::string& path) {
  const auto file = std::make_shared<ParquetFile>(path);
  return [file](std::string& row) { return file->next(row); };
}

}  // namespace mola

void mola_open_parquet_rows(const char* path, mola::ParquetRows* rows) {
  *rows = mola::open_parquet_rows(path);
}
