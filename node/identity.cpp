#include "node/identity.hpp"

#include "base/codec.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

namespace catacomb::node {
namespace {

constexpr std::string_view kMagic = "catacomb identity 1\n";
constexpr std::size_t kMaxGuards = 64;
constexpr std::size_t kChecksum = 32;
constexpr std::size_t kMaxFile = 64 * 1024;

std::filesystem::path file_of(const std::filesystem::path& data_dir) { return data_dir / "identity"; }

void write_guards(Writer& out, const std::vector<routing::Guard>& guards) {
    out.u32(static_cast<std::uint32_t>(guards.size()));
    for (const auto& guard : guards) {
        out.raw(guard.id)
            .u64(unix_seconds(guard.expires))
            .u64(unix_seconds(guard.last_listed))
            .u64(unix_seconds(guard.failed));
    }
}

std::optional<std::vector<routing::Guard>> read_guards(Reader& in) {
    const auto count = in.u32();
    if (count > kMaxGuards) return std::nullopt;
    std::vector<routing::Guard> out;
    for (std::uint32_t i = 0; i < count; ++i) {
        routing::Guard guard;
        guard.id = in.opaque<routing::NodeId>();
        for (auto* time : {&guard.expires, &guard.last_listed, &guard.failed}) {
            const auto written = in.u64();
            *time = from_unix_seconds(written);
            if (unix_seconds(*time) != written) return std::nullopt;  // beyond any clock: we never wrote it
        }
        out.push_back(guard);
    }
    return out;
}

crypto::Key256 read_key(Reader& in) {
    crypto::Key256 out;
    if (auto bytes = in.raw(32); bytes.size() == 32) copy(out.expose_mutable(), bytes);
    return out;
}

}  // namespace

Bytes Identity::encode() const {
    Writer out;
    out.raw(view(kMagic));
    out.raw(ByteView(relay_key.secret.expose()).first(32)).raw(ByteView(vault_key.secret.expose()).first(32));
    out.raw(link_key.secret.expose()).raw(onion_key.secret.expose()).raw(convergence_secret.expose());
    out.raw(relay_pow).raw(vault_pow).u32(epoch).u64(incarnation);
    write_guards(out, guards.first);
    write_guards(out, guards.second);
    const auto sum = crypto::content_hash(out.bytes());
    return out.raw(sum).take();
}

Result<Identity> Identity::decode(ByteView bytes) {
    const auto damaged = error(Code::corrupt,
                               "the identity file is damaged; restore it from a backup, or move it away to "
                               "start as a new node");
    if (bytes.size() < kMagic.size() + kChecksum) return damaged;
    const auto body = bytes.first(bytes.size() - kChecksum);
    if (!equal(crypto::content_hash(body), bytes.subspan(body.size()))) return damaged;
    Reader in(body);
    if (!equal(in.raw(kMagic.size()), view(kMagic))) return damaged;
    auto relay_key = crypto::SignKeyPair::from_seed(read_key(in));
    auto vault_key = crypto::SignKeyPair::from_seed(read_key(in));
    auto link_key = crypto::AgreeKeyPair::from_secret(read_key(in));
    auto onion_key = crypto::AgreeKeyPair::from_secret(read_key(in));
    auto convergence = read_key(in);
    const auto relay_pow = in.opaque<crypto::Pow>();
    const auto vault_pow = in.opaque<crypto::Pow>();
    const auto epoch = in.u32();
    const auto incarnation = in.u64();
    auto first = read_guards(in);
    auto second = first ? read_guards(in) : std::nullopt;
    if (!second || !in.done()) return damaged;
    return Identity{std::move(relay_key),
                    std::move(vault_key),
                    std::move(link_key),
                    std::move(onion_key),
                    std::move(convergence),
                    relay_pow,
                    vault_pow,
                    epoch,
                    incarnation,
                    {std::move(*first), std::move(*second)}};
}

Result<> save_identity(const std::filesystem::path& data_dir, const Identity& identity) {
    auto bytes = identity.encode();
    auto saved = replace_file(file_of(data_dir).string(), bytes);
    crypto::wipe(bytes);
    return saved;
}

namespace {

Result<Identity> make_identity(Rng& rng) {
    auto relay_key = crypto::SignKeyPair::generate(rng);
    auto vault_key = crypto::SignKeyPair::generate(rng);
    auto link_key = crypto::AgreeKeyPair::generate(rng);
    auto onion_key = crypto::AgreeKeyPair::generate(rng);
    crypto::Key256 convergence;
    rng.fill(convergence.expose_mutable());
    return Identity{std::move(relay_key),
                    std::move(vault_key),
                    std::move(link_key),
                    std::move(onion_key),
                    std::move(convergence),
                    {},
                    {},
                    0,
                    0,
                    {}};
}

Result<Identity> read_identity(const std::filesystem::path& file) {
    auto bytes = read_file(file.string(), kMaxFile);
    if (!bytes) return bytes.error();
    auto out = Identity::decode(*bytes);
    crypto::wipe(*bytes);
    return out;
}

Result<> renew_proofs(Identity& identity, const routing::NetworkParameters& network, Time now, Rng& rng) {
    const auto epoch = network.epoch_at(now);
    const auto holds = [&](const crypto::SignKeyPair& key, const crypto::Pow& pow) {
        return identity.epoch == epoch && crypto::pow_verify(key.public_key, epoch, pow, network.pow);
    };
    if (holds(identity.relay_key, identity.relay_pow) && holds(identity.vault_key, identity.vault_pow))
        return ok();
    log_info("identity", "working on the proofs of work of this epoch: some minutes, once a month");
    auto relay = crypto::pow_mint(identity.relay_key.public_key, epoch, network.pow, rng);
    if (!relay) return relay.error();
    auto vault = crypto::pow_mint(identity.vault_key.public_key, epoch, network.pow, rng);
    if (!vault) return vault.error();
    identity.relay_pow = *relay;
    identity.vault_pow = *vault;
    identity.epoch = epoch;
    return ok();
}

}  // namespace

Result<Identity> open_identity(const std::filesystem::path& data_dir,
                               const routing::NetworkParameters& network, Time now, Rng& rng) {
    const auto file = file_of(data_dir);
    std::error_code unknown;
    const bool there = std::filesystem::exists(file, unknown);
    // Not to be told whether there is one is no reason to make another.
    if (unknown) return error(Code::io, concat("cannot look for ", file.string(), ": ", unknown.message()));
    auto identity = there ? read_identity(file) : make_identity(rng);
    if (!identity) return identity;
    if (auto renewed = renew_proofs(*identity, network, now, rng); !renewed) return renewed.error();
    ++identity->incarnation;
    if (auto saved = save_identity(data_dir, *identity); !saved) return saved.error();
    return identity;
}

}  // namespace catacomb::node
