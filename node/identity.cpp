#include "node/identity.hpp"

#include "base/codec.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "routing/proofs/minting.hpp"

namespace catacomb::node {
namespace {

constexpr std::string_view kMagic = "catacomb identity 3\n";
constexpr std::string_view kMagicStem = "catacomb identity ";
// Of before: an onion key that did not change with the epochs, and guards without a flag.
constexpr std::string_view kOldMagic = "catacomb identity 2\n";
constexpr std::size_t kLargest = 64 * 1024;  // what encode() gives is far below
constexpr std::size_t kMaxGuards = 64;
constexpr std::size_t kChecksum = 32;

std::filesystem::path file_of(const std::filesystem::path& data_dir) { return data_dir / "identity"; }

void write_guards(Writer& out, const std::vector<routing::Guard>& guards) {
    out.u32(static_cast<std::uint32_t>(guards.size()));
    for (const auto& guard : guards) {
        out.raw(guard.id)
            .u64(unix_seconds(guard.expires))
            .u64(unix_seconds(guard.last_listed))
            .u64(unix_seconds(guard.failed))
            .u8(guard.spare ? 1 : 0);
    }
}

std::optional<std::vector<routing::Guard>> read_guards(Reader& in, bool old) {
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
        const auto spare = old ? 0 : in.u8();
        if (spare > 1) return std::nullopt;
        guard.spare = spare == 1;
        out.push_back(guard);
    }
    return out;
}

void write_proofs(Writer& out, const routing::IdentityProofs& proofs) {
    out.raw(proofs.founding).raw(proofs.ticket).u32(proofs.epoch);
}

routing::IdentityProofs read_proofs(Reader& in) {
    routing::IdentityProofs out;
    out.founding = in.opaque<crypto::Pow>();
    out.ticket = in.opaque<crypto::Pow>();
    out.epoch = in.u32();
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
    out.raw(link_key.secret.expose()).raw(onion_seed.expose().expose()).raw(convergence_secret.expose());
    write_proofs(out, relay_proofs);
    write_proofs(out, vault_proofs);
    out.u64(incarnation).u32(onion_seed.epoch());
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
    static_assert(kOldMagic.size() == kMagic.size());
    const bool old = equal(bytes.first(kMagic.size()), view(kOldMagic));
    if (equal(bytes.first(kMagicStem.size()), view(kMagicStem)) && !old &&
        !equal(bytes.first(kMagic.size()), view(kMagic)))
        return error(Code::refused,
                     "the identity file is of another version of Catacomb; nothing was changed. Run it with "
                     "that version, or move it away to start as a new node");
    const auto body = bytes.first(bytes.size() - kChecksum);
    if (!equal(crypto::content_hash(body), bytes.subspan(body.size()))) return damaged;
    Reader in(body);
    if (!equal(in.raw(kMagic.size()), view(old ? kOldMagic : kMagic))) return damaged;
    auto relay_key = crypto::SignKeyPair::from_seed(read_key(in));
    auto vault_key = crypto::SignKeyPair::from_seed(read_key(in));
    auto link_key = crypto::AgreeKeyPair::from_secret(read_key(in));
    auto onion = read_key(in);
    auto convergence = read_key(in);
    const auto relay_proofs = read_proofs(in);
    const auto vault_proofs = read_proofs(in);
    const auto incarnation = in.u64();
    const auto onion_epoch = old ? 0 : in.u32();
    auto first = read_guards(in, old);
    auto second = first ? read_guards(in, old) : std::nullopt;
    if (!second || !in.done()) return damaged;
    return Identity{std::move(relay_key),
                    std::move(vault_key),
                    std::move(link_key),
                    {onion_epoch, std::move(onion)},
                    std::move(convergence),
                    relay_proofs,
                    vault_proofs,
                    incarnation,
                    {std::move(*first), std::move(*second)}};
}

Result<> save_identity(const std::filesystem::path& data_dir, const Identity& identity, Rng& rng,
                       FileSeal* seal) {
    const crypto::SecretBytes clear(identity.encode());
    if (!seal) return replace_file(file_of(data_dir).string(), clear.expose());
    const auto sealed = seal->seal(clear.expose(), rng);
    if (!sealed) return sealed.error();
    return replace_file(file_of(data_dir).string(), *sealed);
}

namespace {

struct Found {
    Identity identity;
    bool sealed;
};

Result<Found> make_identity(Rng& rng) {
    auto relay_key = crypto::SignKeyPair::generate(rng);
    auto vault_key = crypto::SignKeyPair::generate(rng);
    auto link_key = crypto::AgreeKeyPair::generate(rng);
    auto onion_seed = routing::OnionSeed::generate(0, rng);
    crypto::Key256 convergence;
    rng.fill(convergence.expose_mutable());
    return Found{{std::move(relay_key),
                  std::move(vault_key),
                  std::move(link_key),
                  std::move(onion_seed),
                  std::move(convergence),
                  {},
                  {},
                  0,
                  {}},
                 false};
}

Result<Found> read_identity(const std::filesystem::path& file, FileSeal* seal) {
    auto bytes = read_file(file.string(), kLargest);
    if (!bytes) return bytes.error();
    crypto::SecretBytes clear(std::move(*bytes));
    const bool sealed = FileSeal::is_sealed(clear.expose());
    if (sealed && !seal)
        return error(
            Code::refused,
            "the identity file is sealed: name the file with its passphrase (identity.passphrase_file)");
    if (sealed) {
        auto opened = seal->open(clear.expose());
        if (!opened) return error(opened.error().code, concat("the identity file: ", opened.error().text()));
        clear = std::move(*opened);
    }
    auto identity = Identity::decode(clear.expose());
    if (!identity) return identity.error();
    return Found{std::move(*identity), sealed};
}

// Whether the founding proof holds. When that cannot be told, an error: another one would be another id.
Result<bool> is_founded(const routing::WorkClaims& claims) {
    if (claims[0].pow.is_zero()) return false;
    const auto founded = verify(claims[0]);
    if (!founded && !founded.error().is(Code::corrupt)) return founded.error();
    return founded.has_value();
}

// What an identity needs to be shown is made where it is missing.
Result<> complete_proofs(routing::IdentityKind kind, const crypto::SignKeyPair& key,
                         routing::IdentityProofs& proofs, const routing::NetworkParameters& network, Time now,
                         Rng& rng) {
    const auto id = id_of(kind, key.public_key, proofs.founding);
    const auto claims = claims_of(key.public_key, id, proofs, network);
    const auto founded = is_founded(claims);
    if (!founded) return founded.error();
    if (!*founded) {
        log_info("identity", "working on the proof that founds this node's identity: some minutes, once");
        auto made = make_proofs(kind, key.public_key, network, now, rng);
        if (!made) return made.error();
        proofs = *made;
        return ok();
    }
    // One of the epoch before still counts: the next is made while the node runs.
    if (network.ticket_counts(id, proofs.epoch, now) && verify(claims[1])) return ok();
    log_info("identity", "working on the ticket of this epoch, since none that counts is left");
    return renew_ticket(proofs, id, network, now, rng);
}

// A seed that was never used begins with this epoch. One that is ahead of it was used by a clock that was
// wrong: its earlier keys cannot be made again, and a new one may contradict what was published before.
// True when it changed.
bool begin_onion_keys(Identity& identity, Rng& rng) {
    auto& seed = identity.onion_seed;
    const auto epoch = identity.relay_proofs.epoch;
    if (0 < seed.epoch() && seed.epoch() <= epoch) return false;
    if (seed.epoch() > epoch) {
        log_warning("identity",
                    "the onion keys of this epoch were forgotten, by a clock that was ahead: "
                    "other nodes may leave this relay out until its next epoch begins");
        seed = routing::OnionSeed::generate(epoch, rng);
    } else {
        seed = {epoch, seed.expose().clone()};
    }
    return epoch != 0;
}

// It must grow at every start and need not be written down for that, as long as the clock goes on. True when
// it had to be made out of the last one.
bool begin_incarnation(Identity& identity, Time now) {
    const auto by_clock = unix_seconds(now);
    const bool behind = by_clock <= identity.incarnation;
    identity.incarnation = behind ? identity.incarnation + 1 : by_clock;
    return behind;
}

// What the next start could not make again must be kept; the rest is worth no more than a warning.
Result<> keep(const std::filesystem::path& data_dir, const Identity& identity, bool must, Rng& rng,
              FileSeal* seal) {
    auto saved = save_identity(data_dir, identity, rng, seal);
    if (saved || must) return saved;
    log_warning("identity", saved.error().text(), "; the node starts all the same");
    return ok();
}

}  // namespace

Result<Identity> open_identity(const std::filesystem::path& data_dir,
                               const routing::NetworkParameters& network, Time now, Rng& rng, Roles roles,
                               FileSeal* seal) {
    using routing::IdentityKind;
    const auto file = file_of(data_dir);
    std::error_code unknown;
    const bool there = std::filesystem::exists(file, unknown);
    // Not to be told whether there is one is no reason to make another.
    if (unknown) return error(Code::io, concat("cannot look for ", file.string(), ": ", unknown.message()));
    auto found = there ? read_identity(file, seal) : make_identity(rng);
    if (!found) return found.error();
    auto* identity = &found->identity;
    auto &relay = identity->relay_proofs, &vault = identity->vault_proofs;
    const auto relay_before = relay, vault_before = vault;
    auto done = ok();
    if (roles.relay)
        done = complete_proofs(IdentityKind::relay, identity->relay_key, relay, network, now, rng);
    if (done && roles.vault)
        done = complete_proofs(IdentityKind::vault, identity->vault_key, vault, network, now, rng);
    if (!done) return done.error();
    const bool behind = begin_incarnation(*identity, now);
    const bool begun = begin_onion_keys(*identity, rng);
    // To have it sealed and find it in clear would be worse than not to start.
    const bool must = !there || (seal && !found->sealed) || relay.founding != relay_before.founding ||
                      vault.founding != vault_before.founding;
    if (must || behind || begun || relay != relay_before || vault != vault_before) {
        if (auto kept = keep(data_dir, *identity, must, rng, seal); !kept) return kept.error();
    }
    return std::move(*identity);
}

}  // namespace catacomb::node
