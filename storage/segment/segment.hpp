// Segments: secret sharing made short (docs/spec/segments.md 2-5). Content is sealed under a key that needs
// both the file's read (or verify) key and the segment's own secret s; the sealed stripe is erasure-coded, s
// is Shamir-shared, and each block carries one fragment and one share. Pure and heavy on the CPU: callers run
// it on a worker.
#pragma once

#include <memory>

#include "storage/segment/block.hpp"

namespace catacomb::storage {

using crypto::Key256;
using crypto::Share;

// What a key points at and a tree is made of.
enum class SegmentKind : std::uint8_t { leaf = 1, branch = 2, directory = 3, pack = 4 };
// What a tree stands for: in the heads of its nodes, and in what its keys follow from.
enum class NodeType : std::uint8_t { file = 1, directory = 2, pack = 3 };

struct SegmentRef {
    Root root;
    Profile profile;
    SegmentKind kind = SegmentKind::leaf;
    bool operator==(const SegmentRef&) const = default;
};

// Everything of one segment as the network sees it: n blocks, made on demand. Move-only.
class SegmentBlocks {
public:
    const Root& root() const { return root_; }
    const Profile& profile() const { return profile_; }
    const Commitment& commitment() const { return commitment_; }
    std::span<const Share> shares() const { return shares_; }  // n of them
    ByteView data() const { return data_; }                    // k fragments
    ByteView fragment(unsigned index) const;
    // Writes block `index` (< n) into `out`. Requires: out.size() == profile().block().
    void encode_block(unsigned index, MutableBytes out) const;
    Bytes block(unsigned index) const;

    // From what a publisher sends to an exit: the k data fragments, the commitment and the n shares.
    // Code::corrupt unless `root` comes out; Code::malformed when lengths or counts do not fit the profile.
    static Result<SegmentBlocks> from_parts(const Root& root, const Profile& profile,
                                            const Commitment& commitment, std::vector<Share> shares,
                                            ByteView data);

private:
    friend class SealedStripe;
    SegmentBlocks(const Profile& profile, const Commitment& commitment, std::vector<Share> shares,
                  Bytes data);
    Root root_;
    Profile profile_;
    Commitment commitment_;
    std::vector<Share> shares_;
    Bytes data_;                              // k fragments
    std::unique_ptr<std::uint8_t[]> parity_;  // n - k; not a vector, which would write 2.6 MB of zeros first
    MerkleTree tree_;
};

// The opened content of a segment: a window of the buffer it was decrypted in.
struct Plaintext {
    Bytes buffer;
    std::size_t offset = 0, size = 0;
    ByteView view() const { return ByteView(buffer).subspan(offset, size); }
};

// The k data fragments in a row, still sealed, with the secret that the shares gave: what any k blocks
// determine. Nothing can be read from it without the read or verify key. Move-only.
class SealedStripe {
public:
    // Seals `content` under H(label, key, secret); label and key: kLeafKey with Rk, kBranchKey with Vk.
    // Requires: content.size() <= profile.capacity().
    static SealedStripe seal(crypto::Label label, const Key256& key, Key256 secret, const Profile& profile,
                             ByteView content);
    // From any k distinct blocks of one segment (more are ignored). Code::not_found: fewer than k, and how
    // many there are. Code::corrupt: the stripe or secret that came out is not the committed one, so the
    // segment was built to read differently for different readers.
    static Result<SealedStripe> recover(std::span<const Block> blocks);

    // Code::corrupt when the key does not open it or the padding is not canonical. Uses the stripe up.
    Result<Plaintext> open(crypto::Label label, const Key256& key) &&;
    // All n blocks. Uses the stripe up.
    SegmentBlocks disperse() &&;
    // The same for a repairer or an exit, who must check: Code::corrupt unless `root` comes out.
    Result<SegmentBlocks> rebuild(const Root& root) &&;

    const Profile& profile() const { return profile_; }
    const Key256& secret() const { return secret_; }

private:
    SealedStripe(const Profile& profile, Key256 secret, Bytes stripe);
    Profile profile_;
    Key256 secret_;
    Bytes stripe_;
};

// The keys that one file's segments are sealed under (docs/spec/segments.md 2).
struct FileKeys {
    Key256 file;    // F
    Key256 read;    // Rk
    Key256 verify;  // Vk
    // `hash`: of what the tree holds (docs/spec/segments.md 2).
    static FileKeys derive(const Key256& convergence_secret, const Digest& hash,
                           NodeType type = NodeType::file);
};
Key256 verify_key_of(const Key256& read);

// s = H("segment secret", F, level, index, H(content)).
Key256 segment_secret(const Key256& file, unsigned level, std::uint64_t index, ByteView content);

// The public constant used as convergence secret by `--convergent`: the whole network deduplicates, and
// whoever has a file can confirm that it is stored.
Key256 convergent_secret();

}  // namespace catacomb::storage
