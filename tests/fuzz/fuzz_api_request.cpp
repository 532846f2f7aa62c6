// What the API makes of a request beyond HTTP itself: who asks, what job, from which headers. Whatever it
// takes is bounded and well formed, and a stranger is never let in.
#include "base/check.hpp"
#include "crypto/random.hpp"
#include "node/api/guard.hpp"
#include "node/api/job_request.hpp"

using namespace catacomb;
using namespace catacomb::node;
using namespace catacomb::node::api;

namespace {

struct Lines {
    std::string_view rest;
    std::string_view next() {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto out = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        return out;
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = as_text({data, size});
    constexpr std::string_view kToken = "0123456789abcdef";
    Lines lines{text};
    const Credentials from{lines.next(), lines.next(), lines.next()};
    const bool knows = from.authorization.find(kToken) != std::string_view::npos;
    CHECK(refuse(Door::tcp, from, kToken) || (knows && from.origin.empty()));
    CHECK(refuse(Door::stranger, from, kToken));
    CHECK(refuse(Door::owner, from, kToken) || from.origin.empty());

    if (const auto request = parse_job_request(text)) {
        if (const auto* insert = std::get_if<InsertRequest>(&*request)) {
            CHECK(!insert->options.content_hash || insert->options.content_hash->size() == 32);
        }
    }
    lines = {text};
    const InsertHeaders headers{lines.next(), lines.next(), lines.next(), lines.next()};
    if (const auto options = parse_insert_headers(headers)) {
        CHECK(!options->content_hash || options->content_hash->size() == 32);
    }
    return 0;
}
