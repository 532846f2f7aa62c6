// An identity file that decodes encodes to the same bytes; one whose checksum does not hold is damaged. The
// file of known relays likewise.
#include "base/check.hpp"
#include "crypto/random.hpp"
#include "node/identity.hpp"
#include "node/known_relays.hpp"

using namespace catacomb;
using namespace catacomb::node;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    crypto::initialise();
    const ByteView input(data, size);
    if (const auto identity = Identity::decode(input)) CHECK(equal(identity->encode(), input));
    if (const auto relays = decode_known_relays(input)) CHECK(equal(encode(*relays), input));
    auto relays_file = to_bytes(std::string_view("catacomb relays 1\n"));
    append(relays_file, input);
    append(relays_file, crypto::content_hash(relays_file));
    if (const auto relays = decode_known_relays(relays_file)) CHECK(equal(encode(*relays), relays_file));
    // As the body of a file with the right checksum: the fuzzer cannot guess that.
    auto file = to_bytes(std::string_view("catacomb identity 3\n"));
    append(file, input);
    append(file, crypto::content_hash(file));
    if (const auto identity = Identity::decode(file)) CHECK(equal(identity->encode(), file));
    return 0;
}
