// An endpoint that parses prints as text that parses to the same.
#include "base/check.hpp"
#include "routing/endpoint.hpp"

using namespace catacomb;
using namespace catacomb::routing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = Endpoint::parse(as_text({data, size}));
    if (!parsed) return 0;
    const auto again = Endpoint::parse(parsed->text());
    CHECK(again && *again == *parsed);
    CHECK(!parsed->is_loopback() || parsed->is_special());
    return 0;
}
