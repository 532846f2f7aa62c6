#include "storage/segment/erasure.hpp"

#include <algorithm>
#include <memory>
#include <mutex>

#include "base/check.hpp"
#include "storage/segment/geometry.hpp"

#include <isa-l/erasure_code.h>

namespace catacomb::storage {
namespace {

constexpr std::size_t kTableSize = 32;  // ISA-L's expansion of one coefficient

// Bytes of each fragment done at a time: k + n - k strips of this stay in the second-level cache.
constexpr std::size_t kStrip = 4096;

std::vector<std::uint8_t> expand(unsigned k, std::span<const std::uint8_t> rows) {
    std::vector<std::uint8_t> tables(rows.size() * kTableSize);
    // ISA-L takes its inputs by pointer to non-const and does not write to them.
    ec_init_tables(static_cast<int>(k), static_cast<int>(rows.size() / k),
                   const_cast<std::uint8_t*>(rows.data()), tables.data());
    return tables;
}

// outputs[r][0..length) = sum over i of coefficient[r][i] * inputs[i]; a strip at a time.
void multiply(std::size_t length, const std::vector<std::uint8_t>& tables,
              std::span<const std::uint8_t* const> inputs, std::span<std::uint8_t* const> outputs) {
    std::array<std::uint8_t*, kMaxBlocks> in{}, out{};
    for (std::size_t at = 0; at < length; at += kStrip) {
        for (std::size_t i = 0; i < inputs.size(); ++i) in[i] = const_cast<std::uint8_t*>(inputs[i]) + at;
        for (std::size_t i = 0; i < outputs.size(); ++i) out[i] = outputs[i] + at;
        ec_encode_data(static_cast<int>(std::min(kStrip, length - at)), static_cast<int>(inputs.size()),
                       static_cast<int>(outputs.size()), const_cast<std::uint8_t*>(tables.data()), in.data(),
                       out.data());
    }
}

}  // namespace

ErasureCode::ErasureCode(unsigned k, unsigned n) : k_(k), n_(n), matrix_(std::size_t{n} * k) {
    gf_gen_cauchy1_matrix(matrix_.data(), static_cast<int>(n), static_cast<int>(k));
    encode_tables_ = expand(k, std::span(matrix_).subspan(std::size_t{k} * k));
}

const ErasureCode& ErasureCode::of(unsigned k, unsigned n) {
    static std::mutex mutex;
    static std::array<std::unique_ptr<const ErasureCode>, (kMaxBlocks + 1) * (kMaxBlocks + 1)> codes;
    CHECK(k >= 1 && k < n && n <= kMaxBlocks);
    const std::lock_guard lock(mutex);
    auto& code = codes[k * (kMaxBlocks + 1) + n];
    if (!code) code.reset(new ErasureCode(k, n));
    return *code;
}

void ErasureCode::encode(ByteView data, MutableBytes parity) const {
    const std::size_t length = data.size() / k_;
    CHECK(data.size() == length * k_ && parity.size() == length * (n_ - k_));
    std::vector<const std::uint8_t*> inputs;
    std::vector<std::uint8_t*> outputs;
    for (unsigned i = 0; i < k_; ++i) inputs.push_back(data.data() + i * length);
    for (unsigned i = 0; i < n_ - k_; ++i) outputs.push_back(parity.data() + i * length);
    multiply(length, encode_tables_, inputs, outputs);
}

void ErasureCode::decode(std::span<const Fragment> fragments, MutableBytes data) const {
    const std::size_t length = data.size() / k_;
    CHECK(fragments.size() == k_ && data.size() == length * k_);

    std::vector<bool> have(k_, false);
    std::vector<std::uint8_t> rows;  // of the encoding matrix, one per fragment at hand
    std::vector<const std::uint8_t*> inputs;
    for (const auto& fragment : fragments) {
        CHECK(fragment.index < n_ && fragment.bytes.size() == length);
        const auto* row = matrix_.data() + std::size_t{fragment.index} * k_;
        rows.insert(rows.end(), row, row + k_);
        inputs.push_back(fragment.bytes.data());
        if (fragment.index >= k_) continue;
        have[fragment.index] = true;
        copy(data.subspan(fragment.index * length, length), fragment.bytes);
    }

    std::vector<std::uint8_t*> missing;
    std::vector<unsigned> missing_rows;
    for (unsigned i = 0; i < k_; ++i) {
        if (have[i]) continue;
        missing.push_back(data.data() + i * length);
        missing_rows.push_back(i);
    }
    if (missing.empty()) return;

    std::vector<std::uint8_t> inverse(rows.size());
    // Every k rows of a Cauchy matrix over the identity are independent; failure means an index came twice.
    CHECK(gf_invert_matrix(rows.data(), inverse.data(), static_cast<int>(k_)) == 0);
    std::vector<std::uint8_t> wanted;
    for (auto row : missing_rows) {
        const auto begin = inverse.begin() + static_cast<std::ptrdiff_t>(std::size_t{row} * k_);
        wanted.insert(wanted.end(), begin, begin + k_);
    }
    multiply(length, expand(k_, wanted), inputs, missing);
}

}  // namespace catacomb::storage
