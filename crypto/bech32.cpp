#include "crypto/bech32.hpp"

#include "base/check.hpp"
#include "crypto/secret.hpp"

#include <algorithm>

namespace catacomb::crypto {
namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::uint32_t kBech32mConstant = 0x2bc830a3;
constexpr std::size_t kChecksumLength = 6;
constexpr std::size_t kMaxHrp = 83;
constexpr char kFirstPrintable = 33;
constexpr char kLastPrintable = 126;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_printable(char c) { return c >= kFirstPrintable && c <= kLastPrintable; }
char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

// BIP 173's checksum polynomial, one 5-bit symbol at a time.
class Polymod {
public:
    explicit Polymod(std::uint32_t sum = 1) : sum_(sum) {}

    void add(std::uint32_t symbol) {
        constexpr std::uint32_t kGenerator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
        const auto top = sum_ >> 25;
        sum_ = (sum_ & 0x1ffffff) << 5 ^ symbol;
        for (int i = 0; i < 5; ++i) {
            if (top >> i & 1) sum_ ^= kGenerator[i];
        }
    }
    void add_hrp(std::string_view hrp) {
        for (char c : hrp) add(static_cast<std::uint32_t>(c) >> 5);
        add(0);
        for (char c : hrp) add(static_cast<std::uint32_t>(c) & 31);
    }
    std::uint32_t sum() const { return sum_; }

private:
    std::uint32_t sum_;
};

struct Parts {
    std::string_view hrp;
    std::string_view symbols;  // checksum included
};

std::uint32_t symbol_of(char c) { return static_cast<std::uint32_t>(kAlphabet.find(c)); }

// Zero when the checksum holds.
std::uint32_t residue(const Parts& parts) {
    Polymod checksum;
    checksum.add_hrp(parts.hrp);
    for (char c : parts.symbols) checksum.add(symbol_of(c));
    return checksum.sum() ^ kBech32mConstant;
}

// Texts and symbols may be those of a key.
SecretBytes lower_case(std::string_view text) {
    auto out = to_bytes(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](auto c) { return to_lower(static_cast<char>(c)); });
    return SecretBytes(std::move(out));
}

Error at(std::size_t index, const std::string& what) {
    return error(Code::bad_input, "character " + std::to_string(index + 1) + " " + what);
}

// Length, characters and case.
Result<> check_characters(std::string_view text) {
    if (text.size() > kBech32MaxLength) return error(Code::bad_input, "the text is too long");
    const auto odd = std::find_if_not(text.begin(), text.end(), is_printable);
    if (odd != text.end()) {
        return at(static_cast<std::size_t>(odd - text.begin()),
                  "is a space or not a printable ASCII character");
    }
    const auto upper = std::find_if(text.begin(), text.end(), is_upper);
    const auto lower = std::find_if(text.begin(), text.end(), is_lower);
    if (upper != text.end() && lower != text.end()) {
        return at(static_cast<std::size_t>(std::max(upper, lower) - text.begin()),
                  "mixes upper and lower case with those before it");
    }
    return ok();
}

// The two parts and the alphabet of the second. Requires: lower case.
Result<Parts> split_parts(std::string_view text) {
    const auto separator = text.rfind('1');
    if (separator == std::string_view::npos) {
        return error(Code::bad_input, "there is no separator \"1\" after the first letters");
    }
    const Parts parts{text.substr(0, separator), text.substr(separator + 1)};
    if (parts.hrp.empty()) return error(Code::bad_input, "there is nothing before the separator \"1\"");
    if (parts.hrp.size() > kMaxHrp) {
        return error(Code::bad_input, "the part before the separator \"1\" is too long");
    }
    const auto foreign = parts.symbols.find_first_not_of(kAlphabet);
    if (foreign != std::string_view::npos) {
        return at(separator + 1 + foreign,
                  std::string("('") + parts.symbols[foreign] + "') is never used here");
    }
    if (parts.symbols.size() < kChecksumLength) return error(Code::bad_input, "the text is too short");
    return parts;
}

// The checksum is linear: flipping bits of one symbol flips bits of the residue that depend only on how many
// symbols come after it.
class Flips {
public:
    explicit Flips(std::size_t symbols) {
        rows_.push_back({1, 2, 4, 8, 16});
        while (rows_.size() < symbols) {
            auto row = rows_.back();
            for (auto& effect : row) {
                Polymod next(effect);
                next.add(0);
                effect = next.sum();
            }
            rows_.push_back(row);
        }
    }
    std::uint32_t effect(std::size_t after, std::uint32_t flipped) const {
        std::uint32_t out = 0;
        for (std::size_t bit = 0; bit < 5; ++bit) {
            if (flipped >> bit & 1) out ^= rows_[after][bit];
        }
        return out;
    }

private:
    std::vector<std::array<std::uint32_t, 5>> rows_;
};

// Whether another symbol, with `after` more behind it, would make `wrong` zero.
bool symbol_mends(const Flips& flips, std::size_t after, std::uint32_t wrong) {
    for (std::uint32_t flipped = 1; flipped < 32; ++flipped) {
        if (flips.effect(after, flipped) == wrong) return true;
    }
    return false;
}

// The same for a letter before the separator, which stands for two symbols: its upper and its lower bits.
bool letter_mends(const Flips& flips, std::size_t after_upper, std::size_t after_lower, char was,
                  std::uint32_t wrong) {
    for (char c = kFirstPrintable; c <= kLastPrintable; ++c) {
        if (is_upper(c)) continue;
        const auto flipped = static_cast<std::uint32_t>(c ^ was);
        const auto effect = flips.effect(after_upper, flipped >> 5) ^ flips.effect(after_lower, flipped & 31);
        if (effect == wrong) return true;
    }
    return false;
}

std::vector<std::size_t> locate(const Parts& parts) {
    const auto [hrp, symbols] = parts;
    const auto wrong = residue(parts);
    std::vector<std::size_t> out;
    if (wrong == 0) return out;
    const Flips flips(2 * hrp.size() + 1 + symbols.size());
    for (std::size_t i = 0; i < hrp.size(); ++i) {
        const auto after_lower = symbols.size() + hrp.size() - 1 - i;
        const auto after_upper = after_lower + 1 + hrp.size();
        if (letter_mends(flips, after_upper, after_lower, hrp[i], wrong)) out.push_back(i + 1);
    }
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        if (symbol_mends(flips, symbols.size() - 1 - i, wrong)) out.push_back(hrp.size() + 2 + i);
    }
    return out;
}

Error wrong_checksum(const Parts& parts) {
    std::string message = "the checksum does not hold: something is mistyped or missing";
    if (const auto places = locate(parts); places.size() == 1) {
        message += ", probably character " + std::to_string(places.front());
    }
    return error(Code::bad_input, message);
}

SecretBytes to_symbols(ByteView data) {
    Bytes out;
    out.reserve((data.size() * 8 + 4) / 5);
    std::uint32_t held = 0;
    int bits = 0;
    for (auto byte : data) {
        held = (held & 31) << 8 | byte;
        for (bits += 8; bits >= 5;) {
            bits -= 5;
            out.push_back(held >> bits & 31);
        }
    }
    if (bits > 0) out.push_back(static_cast<std::uint8_t>(held << (5 - bits) & 31));
    return SecretBytes(std::move(out));
}

// nullopt when what is left after the last whole byte is five bits or more, or not zero.
std::optional<Bytes> from_symbols(std::string_view symbols) {
    Bytes out;
    out.reserve(symbols.size() * 5 / 8);
    std::uint32_t held = 0;
    int bits = 0;
    for (char c : symbols) {
        held = (held & 0xff) << 5 | symbol_of(c);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<std::uint8_t>(held >> bits));
        }
    }
    const auto padding = held & ((1U << bits) - 1);
    if (bits >= 5 || padding != 0) return std::nullopt;
    return out;
}

}  // namespace

std::string bech32_encode(std::string_view hrp, ByteView data) {
    CHECK(!hrp.empty() && hrp.size() <= kMaxHrp);
    CHECK(std::all_of(hrp.begin(), hrp.end(), [](char c) { return is_printable(c) && !is_upper(c); }));
    Polymod checksum;
    checksum.add_hrp(hrp);
    const auto symbols = to_symbols(data);
    std::string out;
    out.reserve(hrp.size() + 1 + symbols.expose().size() + kChecksumLength);
    out += hrp;
    out += '1';
    for (auto symbol : symbols.expose()) {
        checksum.add(symbol);
        out += kAlphabet[symbol];
    }
    for (std::size_t i = 0; i < kChecksumLength; ++i) checksum.add(0);
    const auto tail = checksum.sum() ^ kBech32mConstant;
    for (std::size_t i = kChecksumLength; i-- > 0;) out += kAlphabet[tail >> (5 * i) & 31];
    return out;
}

Result<Bech32> bech32_decode(std::string_view text) {
    if (auto checked = check_characters(text); !checked) return checked.error();
    const auto lowered = lower_case(text);
    const auto parts = split_parts(as_text(lowered.expose()));
    if (!parts) return parts.error();
    if (residue(*parts) != 0) return wrong_checksum(*parts);
    auto data = from_symbols(parts->symbols.substr(0, parts->symbols.size() - kChecksumLength));
    if (!data) return error(Code::bad_input, "the last bits before the checksum are not zero padding");
    return Bech32{std::string(parts->hrp), std::move(*data)};
}

std::vector<std::size_t> bech32_locate_error(std::string_view text) {
    if (!check_characters(text)) return {};
    const auto lowered = lower_case(text);
    const auto parts = split_parts(as_text(lowered.expose()));
    if (!parts) return {};
    return locate(*parts);
}

}  // namespace catacomb::crypto
