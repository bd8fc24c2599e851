// The part of Envoy's external authorization API that the service reads and writes, as protobufjs writes descriptors.
// Fields that are not listed are passed over when they are read, as in every protocol buffer.
//
// Source: envoyproxy/data-plane-api, envoy/service/auth/v3/{external_auth,attribute_context}.proto and what they
// import, as the npm package @grpc/grpc-js-xds 1.14 publishes it in deps/. Copyright Envoy Project Authors, Apache
// License 2.0. A test compares the two field by field.

const map = (id: number): object => ({ keyType: "string", type: "string", id })
const repeated = (type: string, id: number): object => ({ rule: "repeated", type, id })

/** `envoy.service.auth.v3.Authorization` as a descriptor in JSON. */
export const extAuthzDescriptor: object = {
  nested: {
    envoy: {
      nested: {
        service: { nested: { auth: { nested: { v3: { nested: authorization() } } } } },
        config: { nested: { core: { nested: { v3: { nested: core() } } } } },
        type: { nested: { v3: { nested: { HttpStatus: { fields: { code: { type: "int32", id: 1 } } } } } } },
      },
    },
    google: {
      nested: {
        rpc: {
          nested: { Status: { fields: { code: { type: "int32", id: 1 }, message: { type: "string", id: 2 } } } },
        },
      },
    },
  },
}

function authorization(): object {
  const option = "envoy.config.core.v3.HeaderValueOption"
  return {
    Authorization: { methods: { Check: { requestType: "CheckRequest", responseType: "CheckResponse" } } },
    CheckRequest: { fields: { attributes: { type: "AttributeContext", id: 1 } } },
    AttributeContext: {
      fields: { source: { type: "Peer", id: 1 }, request: { type: "Request", id: 4 } },
      nested: {
        Peer: {
          fields: {
            address: { type: "envoy.config.core.v3.Address", id: 1 },
            certificate: { type: "string", id: 5 },
          },
        },
        Request: { fields: { http: { type: "HttpRequest", id: 2 } } },
        HttpRequest: {
          fields: {
            method: { type: "string", id: 2 },
            headers: map(3),
            headerMap: { type: "envoy.config.core.v3.HeaderMap", id: 13 },
            path: { type: "string", id: 4 },
            host: { type: "string", id: 5 },
          },
        },
      },
    },
    DeniedHttpResponse: {
      fields: {
        status: { type: "envoy.type.v3.HttpStatus", id: 1 },
        headers: repeated(option, 2),
        body: { type: "string", id: 3 },
      },
    },
    OkHttpResponse: { fields: { headers: repeated(option, 2), headersToRemove: repeated("string", 5) } },
    CheckResponse: {
      oneofs: { httpResponse: { oneof: ["deniedResponse", "okResponse"] } },
      fields: {
        status: { type: "google.rpc.Status", id: 1 },
        deniedResponse: { type: "DeniedHttpResponse", id: 2 },
        okResponse: { type: "OkHttpResponse", id: 3 },
      },
    },
  }
}

function core(): object {
  return {
    Address: { fields: { socketAddress: { type: "SocketAddress", id: 1 } } },
    SocketAddress: { fields: { address: { type: "string", id: 2 } } },
    HeaderMap: { fields: { headers: repeated("HeaderValue", 1) } },
    HeaderValue: {
      fields: {
        key: { type: "string", id: 1 },
        value: { type: "string", id: 2 },
        rawValue: { type: "bytes", id: 3 },
      },
    },
    HeaderValueOption: {
      fields: {
        header: { type: "HeaderValue", id: 1 },
        appendAction: { type: "int32", id: 3 },
        keepEmptyValue: { type: "bool", id: 4 },
      },
    },
  }
}
