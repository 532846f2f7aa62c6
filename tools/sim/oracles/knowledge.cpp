#include "tools/sim/oracles/knowledge.hpp"

#include <bitset>

#include "base/check.hpp"
#include "base/codec.hpp"
#include "base/log.hpp"
#include "crypto/hash.hpp"
#include "routing/onion/geometry.hpp"

namespace catacomb::sim {
namespace {

using routing::Handle;

// Plaintexts of these lengths are something's name: a request id, a hash, an ephemeral key.
constexpr std::size_t kShortestId = 8, kLongestId = 64;
constexpr std::size_t kCiphertextSample = 32;
// Fewer different bytes are a counter, padding or a list of flags, not a name.
constexpr std::size_t kLeastVariety = 6;

const char* name_of(Handle::Kind kind) {
    static constexpr const char* kNames[] = {"link", "channel", "circuit",      "stream",
                                             "rpc",  "job",     "vault session"};
    return kNames[static_cast<unsigned>(kind)];
}

std::string text(const std::vector<Handle>& path) {
    std::string out;
    for (const auto& handle : path)
        out += concat(out.empty() ? "" : " - ", name_of(handle.kind), " ", handle.id);
    return out;
}

bool varied(ByteView bytes) {
    std::bitset<256> values;
    for (const auto byte : bytes) values.set(byte);
    return values.count() >= kLeastVariety;
}

// What makes this plaintext the same when it comes by again: all of a short one; of a cell a sample of its
// end, which stays in its place from hop to hop and is another at each.
std::optional<std::uint64_t> fingerprint(Handle where, ByteView plaintext) {
    if (where.kind == Handle::Kind::link) return std::nullopt;
    ByteView sample;
    if (plaintext.size() >= kShortestId && plaintext.size() <= kLongestId) sample = plaintext;
    if (plaintext.size() == routing::kCellSize) sample = plaintext.last(kCiphertextSample);
    if (sample.empty() || !varied(sample)) return std::nullopt;
    return load_le(crypto::content_hash(sample).view().first(8));
}

}  // namespace

class KnowledgeAudit::NodeTap final : public routing::Tap {
public:
    NodeTap(KnowledgeAudit& audit, std::string node) : name(std::move(node)), audit_(audit) {}

    void saw(Handle where, ByteView plaintext) override { audit_.saw(*this, where, plaintext); }
    void joined(Handle a, Handle b) override {
        ++audit_.counters_.joins;
        graph.join(a, b);
    }
    void originated(Handle channel, ByteView create) override {
        ++audit_.counters_.circuits;
        audit_.plant({Fact::Kind::person, name, concat("own circuit, channel ", channel.id)},
                     {to_bytes(create)});
    }

    const std::string name;
    KnowledgeGraph graph;

private:
    KnowledgeAudit& audit_;
};

KnowledgeAudit::KnowledgeAudit() : log_(std::make_unique<NodeTap>(*this, "the log")) {}
KnowledgeAudit::~KnowledgeAudit() = default;

void KnowledgeAudit::plant(Fact fact, const std::vector<Bytes>& forms) {
    CHECK(!forms.empty());
    for (const auto& form : forms) needles_.add(form, static_cast<FactId>(facts_.size()));
    facts_.push_back(std::move(fact));
}

routing::Tap* KnowledgeAudit::tap(const std::string& node) {
    auto& tap = taps_[node];
    if (!tap) tap = std::make_unique<NodeTap>(*this, node);
    return tap.get();
}

// A line is a context of its own; lines share what stands in them.
void KnowledgeAudit::log_line(const std::string& line) {
    log_->saw({Handle::Kind::stream, ++counters_.log_lines}, view(line));
}

void KnowledgeAudit::saw(NodeTap& node, Handle where, ByteView plaintext) {
    ++counters_.plaintexts;
    counters_.bytes += plaintext.size();
    for (const auto fact : needles_.find(plaintext)) {
        ++counters_.sightings;
        node.graph.learn(where, fact);
    }
    if (const auto mark = fingerprint(where, plaintext)) node.graph.mark(where, *mark);
}

bool KnowledgeAudit::forbidden(const std::string& node, const Fact& a, const Fact& b) const {
    if (a.kind != Fact::Kind::person || a.owner == node) return false;
    if (b.kind == Fact::Kind::block) return true;
    return b.kind == Fact::Kind::vault && a.owner == b.owner;
}

void KnowledgeAudit::judge(const NodeTap& node, std::vector<std::string>& out) const {
    const auto is_person = [this](FactId fact) { return facts_[fact].kind == Fact::Kind::person; };
    const auto phrase = [](const Fact& fact) { return fact.owner + "'s " + fact.words; };
    for (const auto id : node.graph.facts()) {
        const auto& fact = facts_[id];
        if (fact.kind == Fact::Kind::content && fact.owner != node.name)
            out.push_back(concat(node.name, " saw ", phrase(fact)));
        if (fact.kind != Fact::Kind::person || fact.owner == node.name) continue;
        for (const auto& connection : node.graph.connected(id, is_person)) {
            const auto& other = facts_[connection.fact];
            if (!forbidden(node.name, fact, other)) continue;
            out.push_back(concat(node.name, " connects ", phrase(fact), " with ", phrase(other), " by ",
                                 text(connection.path)));
        }
    }
}

std::vector<std::string> KnowledgeAudit::violations() const {
    std::vector<std::string> out;
    for (const auto& [name, tap] : taps_) judge(*tap, out);
    judge(*log_, out);
    return out;
}

}  // namespace catacomb::sim
