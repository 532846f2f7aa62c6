// An identity file that decodes encodes to the same bytes; one whose checksum does not hold is damaged.
#include "base/check.hpp"
#include "crypto/random.hpp"
#include "node/identity.hpp"

using namespace catacomb;
using namespace catacomb::node;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    crypto::initialise();
    const ByteView input(data, size);
    if (const auto identity = Identity::decode(input)) CHECK(equal(identity->encode(), input));
    // As the body of a file with the right checksum: the fuzzer cannot guess that.
    auto file = to_bytes(std::string_view("catacomb identity 1\n"));
    append(file, input);
    append(file, crypto::content_hash(file));
    if (const auto identity = Identity::decode(file)) CHECK(equal(identity->encode(), file));
    return 0;
}
