#pragma once

#include <string>
#include <vector>

#include "report/pictures.h"

namespace mola {

/// A table of a page. The first column names the row; of the others, columns of numbers are
/// right-aligned.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< each as long as the header
};

/// An HTML page, written from top to bottom, in one self-contained file: pictures are embedded,
/// there are no scripts, and nothing is fetched. It is readable on a desktop and a phone, light and
/// dark. All texts are plain: markup in them is escaped.
class Page {
 public:
  explicit Page(const std::string& title);

  void heading(const std::string& text);

  void paragraph(const std::string& text);

  /// Throws `Error` if a row is not as long as the header.
  void table(const Table& table);

  /// A long table, which opens with a click on `summary`.
  void folded_table(const std::string& summary, const Table& table);

  /// Pictures side by side, as many as fit into the window.
  void pictures(const std::vector<Picture>& pictures);

  /// The whole page.
  std::string html() const;

 private:
  std::string title_;
  std::string body_;
};

}  // namespace mola
