#include "routing/descriptor.hpp"

#include <algorithm>

#include "routing/wire/descriptor.pb.h"

namespace catacomb::routing {
namespace {

constexpr std::size_t kSignatureSize = crypto::Signature::kSize;

Error malformed(const char* what) { return error(Code::malformed, std::string("relay descriptor: ") + what); }

Bytes encode_body(const Descriptor& d) {
    wire::DescriptorBody body;
    body.set_key(to_string(d.key));
    body.set_founding(to_string(d.proofs.founding));
    body.set_ticket(to_string(d.proofs.ticket));
    body.set_epoch(d.proofs.epoch);
    body.set_link_key(to_string(d.link_key));
    body.set_onion_key(to_string(d.onion_key));
    body.set_circuit_cipher(static_cast<std::uint32_t>(d.circuit_cipher));
    for (const auto& endpoint : d.addresses) {
        auto* address = body.add_addresses();
        address->set_address(to_string(endpoint.address));
        address->set_port(endpoint.port);
    }
    body.set_capacity_class(d.capacity_class);
    body.set_version(d.version);
    body.set_published(unix_seconds(d.published));
    body.set_expires(unix_seconds(d.expires));
    body.set_incarnation(d.incarnation);
    body.set_features(d.features);
    return to_bytes(body.SerializeAsString());
}

template <class T>
bool take(T& out, const std::string& field) {
    const auto value = T::from(view(field));
    if (value) out = *value;
    return value.has_value();
}

Result<std::vector<Endpoint>> read_addresses(const wire::DescriptorBody& body, bool allow_special) {
    const auto count = static_cast<std::size_t>(body.addresses_size());
    if (count == 0 || count > kMaxDescriptorAddresses) return malformed("needs one to four addresses");
    std::vector<Endpoint> out;
    for (const auto& address : body.addresses()) {
        Endpoint endpoint;
        if (address.address().size() != endpoint.address.size())
            return malformed("an address has the wrong size");
        if (address.port() == 0 || address.port() > 65535) return malformed("a port is out of range");
        copy(endpoint.address, view(address.address()));
        endpoint.port = static_cast<std::uint16_t>(address.port());
        if (endpoint.is_special() && !allow_special) return malformed("an address is not a public one");
        out.push_back(endpoint);
    }
    return out;
}

Result<Descriptor> read_body(ByteView bytes, const NetworkParameters& network) {
    wire::DescriptorBody body;
    if (!body.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return malformed("does not parse");
    Descriptor out;
    if (!take(out.key, body.key()) || !take(out.link_key, body.link_key()) ||
        !take(out.onion_key, body.onion_key()))
        return malformed("a key has the wrong size");
    if (!take(out.proofs.founding, body.founding()) || !take(out.proofs.ticket, body.ticket()))
        return malformed("a proof of work has the wrong size");
    const auto cipher = crypto::to_cipher_suite(body.circuit_cipher());
    if (!cipher) return malformed("unknown circuit cipher");
    if (body.capacity_class() > kMaxCapacityClass) return malformed("capacity class is out of range");
    if (body.version() == 0) return malformed("protocol version is missing");
    auto addresses = read_addresses(body, network.allow_special_addresses);
    if (!addresses) return addresses.error();
    out.id = node_id(out.key, out.proofs.founding);
    out.proofs.epoch = body.epoch();
    out.circuit_cipher = *cipher;
    out.addresses = std::move(*addresses);
    out.capacity_class = body.capacity_class();
    out.version = body.version();
    out.published = from_unix_seconds(body.published());
    out.expires = from_unix_seconds(body.expires());
    out.incarnation = body.incarnation();
    out.features = body.features();
    return out;
}

Result<> check_times(const Descriptor& d, const NetworkParameters& network, Time now) {
    if (d.expires <= d.published || d.expires - d.published > network.descriptor_lifetime)
        return error(Code::refused, "relay descriptor: its lifetime is out of bounds");
    if (!d.valid_at(now)) return error(Code::refused, "relay descriptor: not valid at this time");
    if (!network.ticket_counts(d.id, d.proofs.epoch, now))
        return error(Code::refused, "relay descriptor: its ticket is of another time");
    return ok();
}

}  // namespace

bool Descriptor::newer_than(const Descriptor& other) const {
    if (incarnation != other.incarnation) return incarnation > other.incarnation;
    if (published != other.published) return published > other.published;
    return digest > other.digest;
}

Result<DescriptorPtr> sign_descriptor(Descriptor fields, const crypto::SignKeyPair& key,
                                      const NetworkParameters& network) {
    fields.key = key.public_key;
    const auto body = encode_body(fields);
    const auto signature = crypto::sign(key, crypto::label::kDescriptor, network.id, body);
    auto encoded = to_bytes(signature);
    append(encoded, body);
    auto made = parse_descriptor(encoded, network);
    if (!made) return error(Code::bad_input, made.error().message);
    if (auto times = check_times(*made, network, made->published); !times)
        return error(Code::bad_input, times.error().message);
    return std::make_shared<const Descriptor>(std::move(*made));
}

Result<Descriptor> parse_descriptor(ByteView encoded, const NetworkParameters& network) {
    if (encoded.size() <= kSignatureSize || encoded.size() > kMaxDescriptorSize)
        return malformed("wrong size");
    auto out = read_body(encoded.subspan(kSignatureSize), network);
    if (!out) return out;
    out->encoded = to_bytes(encoded);
    out->digest = crypto::hash(crypto::label::kViewEntry, encoded);
    return out;
}

Result<> verify_descriptor(const Descriptor& parsed, const NetworkParameters& network, Time now) {
    if (auto times = check_times(parsed, network, now); !times) return times;
    return verify_signature(parsed, network);
}

Result<> verify_signature(const Descriptor& parsed, const NetworkParameters& network) {
    const ByteView encoded = parsed.encoded;
    const auto signature = *crypto::Signature::from(encoded.first(kSignatureSize));
    if (!crypto::verify(parsed.key, crypto::label::kDescriptor, network.id, encoded.subspan(kSignatureSize),
                        signature))
        return error(Code::corrupt, "relay descriptor: the signature does not hold");
    return ok();
}

}  // namespace catacomb::routing
