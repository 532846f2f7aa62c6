// What GET /v1/status and GET /v1/circuits answer (docs/spec/api.md 2 and 4). Pure.
#pragma once

#include <boost/json/object.hpp>

#include "node/status.hpp"

namespace catacomb::node::api {

boost::json::object status_json(const StatusFacts& facts);
boost::json::object circuits_json(const CircuitFacts& facts);

}  // namespace catacomb::node::api
