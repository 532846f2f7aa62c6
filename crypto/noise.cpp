#include "crypto/noise.hpp"

#include "base/check.hpp"
#include "crypto/noise_state.hpp"

namespace catacomb::crypto {
namespace {

constexpr std::size_t kMaxMessage = 65535;  // rev 34, section 3
constexpr std::size_t kKeySize = AgreePublic::kSize;

// A pattern is the tokens of its messages in order (rev 34, 7.5); end closes a message.
enum class Token { e, s, ee, es, se, end };
constexpr Token kXx[] = {Token::e,  Token::end, Token::e, Token::ee, Token::s,
                         Token::es, Token::end, Token::s, Token::se, Token::end};
constexpr Token kNk[] = {Token::e, Token::es, Token::end, Token::e, Token::ee, Token::end};

std::string_view name_of(NoisePattern pattern, CipherSuite suite) {
    const bool aes = suite == CipherSuite::aes_256_gcm;
    if (pattern == NoisePattern::xx) {
        return aes ? "Noise_XX_25519_AESGCM_BLAKE2b" : "Noise_XX_25519_ChaChaPoly_BLAKE2b";
    }
    return aes ? "Noise_NK_25519_AESGCM_BLAKE2b" : "Noise_NK_25519_ChaChaPoly_BLAKE2b";
}

}  // namespace

struct NoiseHandshake::State {
    State(NoiseConfig from, Rng& rng);

    bool initiator() const { return config.role == NoiseRole::initiator; }
    Result<Bytes> write(ByteView payload);
    Result<Bytes> read(ByteView message);
    Result<> write_token(Token token, Bytes& out);
    Result<> read_token(Token token, ByteView& in);
    Result<> mix_agreement(Token token);
    // Moves past the `end` of a message.
    void next_message();

    NoiseConfig config;
    AgreeKeyPair ephemeral;
    std::optional<AgreePublic> remote_ephemeral;
    std::optional<AgreePublic> remote_static;
    SymmetricState symmetric;
    std::span<const Token> tokens;  // still to come
    bool our_turn;
    bool spent = false;
};

NoiseHandshake::State::State(NoiseConfig from, Rng& rng)
    : config(std::move(from)),
      ephemeral(config.ephemeral_for_tests ? config.ephemeral_for_tests->clone()
                                           : AgreeKeyPair::generate(rng)),
      symmetric(name_of(config.pattern, config.suite), config.suite),
      tokens(config.pattern == NoisePattern::xx ? std::span<const Token>(kXx) : std::span<const Token>(kNk)),
      our_turn(initiator()) {
    const bool nk = config.pattern == NoisePattern::nk;
    CHECK(config.local_static.has_value() || (nk && initiator()));
    CHECK(config.remote_static.has_value() == (nk && initiator()));
    symmetric.mix_hash(config.prologue);
    if (!nk) return;
    // NK's one pre-message: the responder's static key.
    remote_static = config.remote_static;
    symmetric.mix_hash(initiator() ? *remote_static : config.local_static->public_key);
}

Result<Bytes> NoiseHandshake::State::write(ByteView payload) {
    Bytes out;
    for (; tokens.front() != Token::end; tokens = tokens.subspan(1)) {
        if (auto done = write_token(tokens.front(), out); !done) return done.error();
    }
    append(out, symmetric.encrypt_and_hash(payload));
    CHECK(out.size() <= kMaxMessage);
    next_message();
    return out;
}

Result<Bytes> NoiseHandshake::State::read(ByteView message) {
    if (message.size() > kMaxMessage) return error(Code::malformed, "the handshake message is too long");
    for (; tokens.front() != Token::end; tokens = tokens.subspan(1)) {
        if (auto done = read_token(tokens.front(), message); !done) return done.error();
    }
    auto payload = symmetric.decrypt_and_hash(message);
    if (payload) next_message();
    return payload;
}

Result<> NoiseHandshake::State::write_token(Token token, Bytes& out) {
    if (token == Token::e) {
        append(out, ephemeral.public_key);
        symmetric.mix_hash(ephemeral.public_key);
        return ok();
    }
    if (token == Token::s) {
        append(out, symmetric.encrypt_and_hash(config.local_static->public_key));
        return ok();
    }
    return mix_agreement(token);
}

Result<> NoiseHandshake::State::read_token(Token token, ByteView& in) {
    if (token != Token::e && token != Token::s) return mix_agreement(token);
    const auto length = kKeySize + (token == Token::s && symmetric.has_key() ? kTagSize : 0);
    if (in.size() < length) return error(Code::malformed, "the handshake message is too short");
    const auto field = in.first(length);
    in = in.subspan(length);
    if (token == Token::e) {
        remote_ephemeral = AgreePublic::from(field);
        symmetric.mix_hash(field);
        return ok();
    }
    auto opened = symmetric.decrypt_and_hash(field);
    if (!opened) return opened.error();
    remote_static = AgreePublic::from(*opened);
    return ok();
}

// The first letter names the initiator's key, the second the responder's.
Result<> NoiseHandshake::State::mix_agreement(Token token) {
    const bool initiators_static = token == Token::se;
    const bool responders_static = token == Token::es;
    const bool ours_static = initiator() ? initiators_static : responders_static;
    const bool theirs_static = initiator() ? responders_static : initiators_static;
    const auto& ours = ours_static ? *config.local_static : ephemeral;
    const auto& theirs = theirs_static ? *remote_static : *remote_ephemeral;
    auto shared = agree(ours.secret, theirs);
    if (!shared) return shared.error();
    symmetric.mix_key(shared->expose());
    return ok();
}

void NoiseHandshake::State::next_message() {
    tokens = tokens.subspan(1);
    our_turn = !our_turn;
}

NoiseHandshake::NoiseHandshake(NoiseConfig config, Rng& rng)
    : state_(std::make_unique<State>(std::move(config), rng)) {}
NoiseHandshake::~NoiseHandshake() = default;
NoiseHandshake::NoiseHandshake(NoiseHandshake&&) noexcept = default;
NoiseHandshake& NoiseHandshake::operator=(NoiseHandshake&&) noexcept = default;

Result<Bytes> NoiseHandshake::write_message(ByteView payload) {
    CHECK(our_turn());
    auto message = state_->write(payload);
    if (!message) state_->spent = true;
    return message;
}

Result<Bytes> NoiseHandshake::read_message(ByteView message) {
    if (state_->spent || finished() || state_->our_turn) {
        return error(Code::malformed, "a handshake message came out of turn");
    }
    const auto known_before = state_->remote_static;
    auto payload = state_->read(message);
    if (!payload) {
        state_->spent = true;
        state_->remote_static = known_before;
    }
    return payload;
}

bool NoiseHandshake::our_turn() const { return !state_->spent && !finished() && state_->our_turn; }

bool NoiseHandshake::finished() const { return state_->tokens.empty(); }

NoiseSplit NoiseHandshake::split() {
    CHECK(finished() && !state_->spent);
    state_->spent = true;
    return state_->symmetric.split();
}

const std::optional<AgreePublic>& NoiseHandshake::remote_static() const { return state_->remote_static; }

}  // namespace catacomb::crypto
