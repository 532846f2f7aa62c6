// A key that decodes is in its one canonical text, but for upper case and white space around it; a read key
// weakens to the verify key that its text also decodes to. Nothing else about any text: no crash, and an
// error that is a sentence.
#include "base/check.hpp"
#include "crypto/random.hpp"
#include "storage/tree/key.hpp"

using namespace catacomb;
using namespace catacomb::storage;

namespace {

std::string canonical(std::string text) {
    constexpr std::string_view kSpace = " \t\r\n";
    text.erase(0, text.find_first_not_of(kSpace));
    text.erase(text.find_last_not_of(kSpace) + 1);
    for (auto& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    crypto::initialise();
    const std::string text(as_text({data, size}));
    const auto read = ReadKey::decode(text);
    const auto verify = VerifyKey::decode(text);
    CHECK(read || !read.error().text().empty());
    if (read)
        CHECK(read->encode() == canonical(text) && verify && verify->encode() == read->weaken().encode());
    if (verify && !read) CHECK(verify->encode() == canonical(text));
    // Of directories and of files in packs, too.
    const auto any = decode_read_key(text);
    if (any) {
        CHECK(encode_key(*any) == canonical(text));
        CHECK(decode_verify_key(text)->encode() == weaken(*any).encode());
    }
    CHECK(!read || any);
    return 0;
}
