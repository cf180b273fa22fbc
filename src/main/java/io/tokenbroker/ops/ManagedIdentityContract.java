package io.tokenbroker.ops;

import io.tokenbroker.problem.ManagedIdentityError;
import io.tokenbroker.problem.ProblemType;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/** What no annotation says of the door for managed identities: its header, its query, and refusals in App Service's words. */
final class ManagedIdentityContract {

    static final String HEADER = "identity_header";

    private ManagedIdentityContract() {}

    static SecurityScheme scheme() {
        return OASFactory.createSecurityScheme()
                .type(SecurityScheme.Type.APIKEY)
                .in(SecurityScheme.In.HEADER)
                .name("X-IDENTITY-HEADER")
                .description(
                        "A client: its broker key, as the SDKs send IDENTITY_HEADER. The header may also be called secret, or x-ms-identity.");
    }

    static void complete(Operation operation, List<ProblemType> problems) {
        operation
                .addParameter(query("api-version", "2019-08-01, or the older 2017-09-01.", "2019-08-01")
                        .required(true))
                .addParameter(query(
                                "resource",
                                "The resource: the token gets the scope <resource>/.default. A scope of Microsoft Graph is taken as it is.",
                                "https://management.azure.com")
                        .required(true))
                .addParameter(query(
                        "client_id",
                        "The account's id, where the path does not have it; also as clientid.",
                        "acc_wv3Tg1q5TFCnq2LqRrd4b2Itc3Vi"))
                .addParameter(query(
                        "token_sha256_to_refresh",
                        "SHA-256, in hex, of a token that the resource did not accept: if it is the cached one, that is dropped and the tenant asked.",
                        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"));
        problems.stream()
                .collect(Collectors.groupingBy(
                        type -> String.valueOf(ManagedIdentityError.statusOf(type)), TreeMap::new, Collectors.toList()))
                .forEach((status, types) -> operation.getResponses().addAPIResponse(status, refusal(types)));
    }

    private static APIResponse refusal(List<ProblemType> types) {
        var answer = OASFactory.createAPIResponse()
                .description(types.stream()
                        .map(type -> "`%s`: %s.".formatted(type.code(), type.title()))
                        .collect(Collectors.joining(" ")))
                .content(OASFactory.createContent()
                        .addMediaType(
                                "application/json",
                                OASFactory.createMediaType().schema(OpenApiContract.reference("ManagedIdentityError"))))
                .addHeader(
                        "X-Request-Id",
                        OpenApiContract.header("The id of this request; also correlationId in the body."));
        if (types.contains(ProblemType.UNAUTHORIZED)) {
            answer.addHeader(
                    "WWW-Authenticate", OpenApiContract.header("The ways to prove who calls (RFC 9110 §11.6.1)."));
        }
        if (types.stream().anyMatch(OpenApiContract::saysWhenToRetry)) {
            answer.addHeader("Retry-After", OpenApiContract.header("After how many seconds to try again."));
        }
        return answer;
    }

    private static Parameter query(String name, String description, String example) {
        return OASFactory.createParameter()
                .name(name)
                .in(Parameter.In.QUERY)
                .description(description)
                .schema(OASFactory.createSchema()
                        .addType(Schema.SchemaType.STRING)
                        .examples(List.of(example)));
    }
}
