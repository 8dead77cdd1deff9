#include "report/page.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Page, IsADocumentThatNeedsNoOther) {
  Page page("Run 1");
  page.heading("Loss");
  page.paragraph("Falls.");
  const auto html = page.html();
  EXPECT_EQ(html.find("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<title>Run 1</title>\n<style>"),
            0u)
      << html;
  EXPECT_TRUE(holds(html, "<body>\n<h1>Run 1</h1>\n<h2>Loss</h2>\n<p>Falls.</p>\n</body>\n</html>"))
      << html;
  for (const auto* link : {"http", "<script", "<link", "url(", "@import"}) {
    EXPECT_FALSE(holds(html, link)) << link;
  }
}

TEST(Page, ShowsMarkupAsText) {
  const std::string text = "<b>'&\"</b>";
  const std::string safe = "&lt;b&gt;&#39;&amp;&quot;&lt;/b&gt;";
  Page page(text);
  page.heading(text);
  page.paragraph(text);
  page.table({{text}, {{text}}});
  page.folded_table(text, {{text}, {{text}}});
  page.pictures({{"<svg/>", text, text}});
  const auto html = page.html();
  EXPECT_FALSE(holds(html, text));
  for (const auto& part : {"<title>" + safe + "</title>", "<h1>" + safe + "</h1>",
                           "<h2>" + safe + "</h2>", "<p>" + safe + "</p>", "<th>" + safe + "</th>",
                           "<td>" + safe + "</td>", "<summary>" + safe + "</summary>",
                           "alt=\"" + safe + "\"", "<figcaption>" + safe + "</figcaption>"}) {
    EXPECT_TRUE(holds(html, part)) << part;
  }
}

TEST(Page, PutsNumbersToTheRight) {
  Page page("");
  page.table({{"name", "n", "mixed"}, {{"q_proj", "1,024", "1"}, {"3", "-2.5e-3", "a"}}});
  const auto html = page.html();
  EXPECT_TRUE(holds(html, "<tr><th>name</th><th class=\"number\">n</th><th>mixed</th></tr>"))
      << html;
  EXPECT_TRUE(
      holds(html, "<tr><td>3</td><td class=\"number\">-2.5e-3</td><td>a</td></tr>\n</tbody>"))
      << html;
}

TEST(Page, RefusesARowOfAnotherLength) {
  Page page("");
  EXPECT_EQ(message_of<Error>([&] {
              page.table({{"a", "b"}, {{"1"}}});
            }),
            "table of 2 columns: a row has 1 cells");
}

TEST(Page, HoldsItsPictures) {
  Page page("");
  page.pictures({{"foo", "a line", "Loss by step."}, {"", "another", "Not there."}});
  EXPECT_TRUE(holds(page.html(),
                    "<div class=\"pictures\">\n<figure>\n"
                    "<img src=\"data:image/svg+xml;base64,Zm9v\" alt=\"a line\">\n"
                    "<figcaption>Loss by step.</figcaption>\n</figure>\n<figure>\n"
                    "<p>Not rendered: another</p>\n<figcaption>Not there.</figcaption>\n"
                    "</figure>\n</div>\n"))
      << page.html();
}

TEST(Pictures, LieInTheirFolderBesideTheirScripts) {
  if (std::system("command -v gnuplot > /dev/null") != 0) {
    GTEST_SKIP() << "gnuplot is not installed";
  }
  const TempFolder folder;
  const Pictures pictures(folder.path("report/pictures"));
  const LineChart chart = {
      "Loss", "step", "loss", {1, 2}, {{"training", {2, 1}}, {"validation", {3, 2}}}, {}, {}};
  const auto picture = pictures.draw("loss", chart, "Falls.");
  EXPECT_EQ(names_in(folder.path("report/pictures")),
            (std::vector<std::string>{"loss.gnuplot", "loss.svg"}));
  EXPECT_EQ(picture.svg, folder.read("report/pictures/loss.svg"));
  EXPECT_EQ(picture.alt, "Loss: loss over step; training, validation");
  EXPECT_EQ(picture.caption, "Falls.");
  const auto file = folder.write("file", "");
  EXPECT_TRUE(holds(message_of<Error>([&] { Pictures(file + "/pictures"); }), "cannot be created"));
}

}  // namespace
}  // namespace mola
