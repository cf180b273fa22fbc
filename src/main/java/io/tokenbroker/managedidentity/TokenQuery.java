package io.tokenbroker.managedidentity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.tokenbroker.mint.AccessToken;
import io.tokenbroker.mint.MintRequest;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.tenant.MicrosoftGraph;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an SDK asks for. Parameters that nobody here knows are tolerated, for SDKs add their own.
 *
 * @param account its id, as the caller wrote it
 * @param resource as the caller wrote it; some write a scope
 * @param rejected SHA-256, in hex, of a token that the resource did not accept
 */
record TokenQuery(ApiVersion version, String account, String resource, Optional<String> rejected) {

    private static final List<String> ACCOUNT = List.of("client_id", "clientid");

    /** How a managed identity can be named that is none of ours. */
    private static final List<String> NO_ACCOUNT = List.of("object_id", "principal_id", "mi_res_id", "msi_res_id");

    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");
    private static final String DEFAULT = "/.default";

    /** An SDK keeps a token until five minutes before its end: a shorter one would be asked for each time. */
    private static final int MIN_VALIDITY_SECONDS = 600;

    /** More than fit into a request's first line, so that none is left out. */
    private static final int ALL = 16_384;

    TokenQuery {
        if (rejected.isPresent() && !SHA256.matcher(rejected.get()).matches()) {
            throw BrokerException.invalidField("token_sha256_to_refresh", "must be a SHA-256 in 64 hex digits");
        }
    }

    /**
     * @param path the account's id in the path, if it is there
     * @param uri of the request; the server lets none in whose query cannot be decoded
     * @throws BrokerException if something is missing, sent twice or malformed
     */
    static TokenQuery of(Optional<String> path, String uri) {
        var parameters = new QueryStringDecoder(uri, UTF_8, true, ALL, true).parameters();
        var version = ApiVersion.of(one(parameters, "api-version"));
        var account = account(path, parameters);
        return new TokenQuery(
                version,
                account,
                one(parameters, "resource").orElseThrow(() -> BrokerException.invalidField("resource", "is required")),
                one(parameters, "token_sha256_to_refresh"));
    }

    /** The mint that this is. Claims are no part of it: what an SDK caches must not need a challenge answered. */
    MintRequest mint() {
        var mint = isScope() ? MintRequest.forScopes(List.of(resource)) : MintRequest.forResource(resource);
        return mint.withMinValidity(MIN_VALIDITY_SECONDS);
    }

    /** Tells the token that its resource did not accept. */
    Optional<Predicate<AccessToken>> rejection() {
        return rejected.map(HexFormat.of()::parseHex)
                .map(sha256 -> token -> token.value().hasSha256(sha256));
    }

    /** SDKs make a resource of a scope by taking {@code /.default} from its end, and leave any other as it is. */
    private boolean isScope() {
        return resource.endsWith(DEFAULT) || MicrosoftGraph.isScope(resource);
    }

    private static String account(Optional<String> path, Map<String, List<String>> parameters) {
        NO_ACCOUNT.stream()
                .filter(name -> one(parameters, name).isPresent())
                .findFirst()
                .ifPresent(name -> {
                    throw BrokerException.invalidField(
                            name, "names no account: give the account's id as client_id, or in the path");
                });
        var named = Stream.concat(path.stream(), ACCOUNT.stream().flatMap(name -> one(parameters, name).stream()))
                .distinct()
                .toList();
        if (named.size() > 1) {
            throw BrokerException.invalidField("client_id", "names another account than the rest of the request");
        }
        return named.stream()
                .findFirst()
                .orElseThrow(() -> BrokerException.invalidField(
                        "client_id", "is required: the id of a linked account, such as AZURE_CLIENT_ID sets"));
    }

    /** One without a value was not sent. */
    private static Optional<String> one(Map<String, List<String>> parameters, String name) {
        var values = parameters.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw BrokerException.invalidField(name, "must not be sent more than once");
        }
        return values.stream().filter(value -> !value.isEmpty()).findFirst();
    }
}
