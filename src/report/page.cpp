#include "report/page.h"

#include "mola/base/error.h"
#include "report/base64.h"

namespace mola {
namespace {

constexpr auto* kStyle = R"(
:root { color-scheme: light dark; --line: #d0d4da; --soft: #5b6470; --shade: #f3f5f7; }
@media (prefers-color-scheme: dark) {
  :root { --line: #40464e; --soft: #a3acb8; --shade: #20252b; }
  body { background: #14171b; color: #e6e9ed; }
}
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2rem 0 0.5rem; padding-top: 0.5rem;
  border-top: 1px solid var(--line); }
p { max-width: 46rem; margin: 0.5rem 0; overflow-wrap: anywhere; }
.pictures { display: grid; gap: 1rem; margin: 1rem 0;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
figure { margin: 0; }
figure img { display: block; width: 100%; max-width: 40rem; height: auto; background: #fff;
  border-radius: 4px; border: 1px solid var(--line); box-sizing: border-box; }
figcaption { font-size: 0.9rem; color: var(--soft); margin-top: 0.3rem; }
.table { overflow-x: auto; margin: 0.75rem 0; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.25rem 0.75rem; text-align: left; border-bottom: 1px solid var(--line);
  white-space: nowrap; }
th { background: var(--shade); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; padding: 0.4rem 0; }
)";

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string element(const std::string& name, const std::string& text) {
  return "<" + name + ">" + escaped(text) + "</" + name + ">\n";
}

// "12", "-0.5", "1,024", "3e-4", "97.5%", "0.3 ± 0.1", or empty.
bool is_number(const std::string& text) {
  const bool has_digit = text.find_first_of("0123456789") != std::string::npos;
  const bool has_other = text.find_first_not_of("0123456789.,+-eE% \xc2\xb1") != std::string::npos;
  return text.empty() || (has_digit && !has_other);
}

std::vector<bool> number_columns(const Table& table) {
  std::vector<bool> numbers(table.header.size(), !table.rows.empty());
  for (const auto& row : table.rows) {
    if (row.size() != numbers.size()) {
      fail("table of ", numbers.size(), " columns: a row has ", row.size(), " cells");
    }
    for (size_t i = 0; i < row.size(); ++i) numbers[i] = numbers[i] && is_number(row[i]);
  }
  if (!numbers.empty()) numbers[0] = false;  // names, such as the allocation 2468
  return numbers;
}

std::string row_text(const std::string& cell, const std::vector<std::string>& row,
                     const std::vector<bool>& numbers) {
  std::string text = "<tr>";
  for (size_t i = 0; i < row.size(); ++i) {
    text += "<" + cell + (numbers[i] ? " class=\"number\">" : ">") + escaped(row[i]) + "</" + cell +
            ">";
  }
  return text + "</tr>\n";
}

std::string table_text(const Table& table) {
  const auto numbers = number_columns(table);
  std::string text = "<div class=\"table\" tabindex=\"0\"><table>\n<thead>\n" +
                     row_text("th", table.header, numbers) + "</thead>\n<tbody>\n";
  for (const auto& row : table.rows) text += row_text("td", row, numbers);
  return text + "</tbody>\n</table></div>\n";
}

std::string figure_text(const Picture& picture) {
  const std::string shown = picture.svg.empty()
                                ? element("p", "Not rendered: " + picture.alt)
                                : "<img src=\"data:image/svg+xml;base64," + base64(picture.svg) +
                                      "\" alt=\"" + escaped(picture.alt) + "\">\n";
  const bool has_caption = !picture.caption.empty();
  return "<figure>\n" + shown + (has_caption ? element("figcaption", picture.caption) : "") +
         "</figure>\n";
}

}  // namespace

Page::Page(const std::string& title) : title_(title) {}

void Page::heading(const std::string& text) { body_ += element("h2", text); }

void Page::paragraph(const std::string& text) { body_ += element("p", text); }

void Page::table(const Table& table) { body_ += table_text(table); }

void Page::folded_table(const std::string& summary, const Table& table) {
  body_ += "<details>\n" + element("summary", summary) + table_text(table) + "</details>\n";
}

void Page::pictures(const std::vector<Picture>& pictures) {
  body_ += "<div class=\"pictures\">\n";
  for (const auto& picture : pictures) body_ += figure_text(picture);
  body_ += "</div>\n";
}

std::string Page::html() const {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
         element("title", title_) + "<style>" + kStyle + "</style>\n</head>\n<body>\n" +
         element("h1", title_) + body_ + "</body>\n</html>\n";
}

}  // namespace mola
