#pragma once

#include <string>
#include <vector>

#include "report/pictures.h"

namespace mola {

/// A table of a page. The first column names the row; of the others, those whose cells are all
/// numbers stand to the right.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< each as long as the header
};

/// A page of HTML from top to bottom, in one file that needs no other: pictures are in it, there
/// are no scripts, and nothing is fetched. It reads well on a desktop and on a phone, light and
/// dark. All texts are plain: what looks like markup in them is shown as it is.
class Page {
 public:
  explicit Page(const std::string& title);

  void heading(const std::string& text);

  void paragraph(const std::string& text);

  /// Throws `Error` if a row is not as long as the header.
  void table(const Table& table);

  /// A long table, which opens at a click on `summary`.
  void folded_table(const std::string& summary, const Table& table);

  /// Pictures beside each other, as many as the window has room for.
  void pictures(const std::vector<Picture>& pictures);

  /// The whole page.
  std::string html() const;

 private:
  std::string title_;
  std::string body_;
};

}  // namespace mola
