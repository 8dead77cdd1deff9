#include "adapters/allocation_picture.h"

#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"

namespace mola {
namespace {

using Lines = std::vector<std::string>;

Lines picture(const std::string& allocation, int64_t num_layers) {
  AdapterSpec spec;
  spec["allocation"] = allocation;
  return allocation_picture(resolve(spec, num_layers));
}

TEST(AllocationPicture, DrawsABarForEachLayer) {
  EXPECT_EQ(picture("2468", 8), Lines{"all projections  ▂▂▄▄▆▆██  2 x2  4 x2  6 x2  8 x2"});
  EXPECT_EQ(picture("5", 3), Lines{"all projections  ███  5 x3"});
  EXPECT_EQ(picture("[0, 1, 16]", 3), Lines{"all projections  ·▁█  0 x1  1 x1  16 x1"});
}

TEST(AllocationPicture, HasALineForEachSetOfProjections) {
  EXPECT_EQ(picture(R"({"attention": "2", "mlp": "24"})", 2),
            (Lines{"q_proj, k_proj, v_proj, o_proj  ▄▄  2 x2",
                   "gate_proj, up_proj, down_proj  ▄█  2 x1  4 x1"}));
}

}  // namespace
}  // namespace mola
