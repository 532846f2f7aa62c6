// A branch that decodes has children of valid profiles only, within the fan-out, and a box that random bytes
// do not make open; a leaf's name that is taken off is a valid file name.
#include "base/check.hpp"
#include "crypto/random.hpp"
#include "storage/tree/branch.hpp"

using namespace catacomb;
using namespace catacomb::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    crypto::initialise();
    const ByteView input(data, size);
    if (const auto branch = Branch::decode(input)) {
        CHECK(branch->level >= 1 && branch->level <= kMaxLevel);
        CHECK(!branch->children.empty() && branch->children.size() <= kFanout);
        for (const auto& child : branch->children) CHECK(child.profile.valid());
        CHECK(!branch->open_box(convergent_secret(), convergent_secret()));
    }
    auto content = input;
    if (const auto name = take_leaf_name(content)) {
        CHECK(input.size() == 1 + name->size() + content.size());
        CHECK(equal(encode_leaf_name(*name), input.first(1 + name->size())));
    }
    return 0;
}
