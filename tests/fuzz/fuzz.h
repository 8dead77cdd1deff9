#pragma once

#include <string>
#include <vector>

namespace mola {

/// What a target does with one input. An `Error` refuses the input; anything else that is thrown is
/// a find. Each target is one file that defines it.
void fuzz(const std::string& input);

/// Splits an input that stands for several files, or for a file and more, at the lines "=====".
/// Always gives `count` parts: what is missing is empty, and the last has all the rest.
std::vector<std::string> parts_of(const std::string& input, size_t count);

/// The number that the first byte stands for, 0 to `count` - 1: "0" is 0. The byte is removed.
size_t take_choice(std::string& input, size_t count);

/// Writes `bytes` to the file `name` in `scratch_folder`, whose folder exists, and returns its
/// path.
std::string put_file(const std::string& name, const std::string& bytes);

/// A folder of this process in memory, gone at its end. An input removes nothing that it wrote: the
/// next one replaces it.
const std::string& scratch_folder();

}  // namespace mola
