// Text that decodes encodes to itself, in lower case; for text that does not, the places at which it may be
// mistyped lie within it, and mending it there is looked for in bounded time.
#include "base/check.hpp"
#include "crypto/bech32.hpp"

using namespace catacomb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = as_text({data, size});
    if (const auto decoded = crypto::bech32_decode(text)) {
        std::string lower(text);
        for (auto& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        CHECK(crypto::bech32_encode(decoded->hrp, decoded->data) == lower);
    }
    for (const auto place : crypto::bech32_locate_error(text)) CHECK(place >= 1 && place <= size);
    return 0;
}
