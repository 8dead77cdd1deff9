#pragma once

#include <functional>
#include <string>

namespace mola {

/// The only key of an object that stands for a value without a form in JSON, such as NaN or a value
/// of a type that no task reads; it describes that value. A row can be used as long as its task
/// does not read it.
constexpr const char* kUnsupportedValue = "mola: unsupported value";

/// Gives the rows of a Parquet file one after another, each as the text of a JSON object of its
/// columns; false after the last. Throws `Error` for what cannot be read.
using ParquetRows = std::function<bool(std::string& row)>;

/// Opens a Parquet file; no type of Arrow, whose headers need C++20, goes past this function.
/// Throws `Error` if `path` cannot be read. A program links one of three definitions:
///
///     parquet.cpp         with Arrow, in libmola_parquet.a: part of mola::mola
///     parquet_plugin.cpp  opens Arrow when the first Parquet file is read: part of the program
///     no_parquet.cpp      always throws: in place of both where mola is built without Arrow
///
/// The choice is made at link time since the program comes with its plugin, and a program that
/// links mola::mola has no plugin next to it that could be missing or of another version.
ParquetRows open_parquet_rows(const std::string& path);

}  // namespace mola

/// The same as the plugin exports it.
extern "C" void mola_open_parquet_rows(const char* path, mola::ParquetRows* rows);
