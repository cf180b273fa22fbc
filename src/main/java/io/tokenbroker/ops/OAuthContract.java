package io.tokenbroker.ops;

import io.tokenbroker.problem.OAuthError;
import io.tokenbroker.problem.ProblemType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** What no annotation says of the token exchange: its form, and refusals in the words of OAuth. */
final class OAuthContract {

    private static final String GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

    private static final Map<String, Parameter> FORM = form();

    private OAuthContract() {}

    static void complete(Operation operation, List<ProblemType> problems) {
        // The form may say it all.
        operation.addSecurityRequirement(OASFactory.createSecurityRequirement());
        var schema = OASFactory.createSchema().addType(Schema.SchemaType.OBJECT).addRequired("grant_type");
        FORM.forEach((name, parameter) -> schema.addProperty(name, parameter.schema()));
        operation.setRequestBody(OASFactory.createRequestBody()
                .required(true)
                .content(OASFactory.createContent()
                        .addMediaType(
                                "application/x-www-form-urlencoded",
                                OASFactory.createMediaType().schema(schema))));
        problems.stream()
                .flatMap(type -> OAuthError.codesOf(type).stream().map(error -> new Refusal(error, type)))
                .collect(Collectors.groupingBy(Refusal::status, TreeMap::new, Collectors.toList()))
                .forEach((status, refusals) -> operation.getResponses().addAPIResponse(status, answer(refusals)));
    }

    private static APIResponse answer(List<Refusal> refusals) {
        var types = refusals.stream().map(Refusal::type).toList();
        var byError = refusals.stream()
                .collect(Collectors.groupingBy(
                        Refusal::error,
                        TreeMap::new,
                        Collectors.mapping(refusal -> "`" + refusal.type().code() + "`", Collectors.joining(", "))));
        var answer = OASFactory.createAPIResponse()
                .description(byError.entrySet().stream()
                        .map(error -> "`%s`: %s.".formatted(error.getKey(), error.getValue()))
                        .collect(Collectors.joining(" ")))
                .content(OASFactory.createContent()
                        .addMediaType(
                                "application/json",
                                OASFactory.createMediaType()
                                        .schema(OASFactory.createSchema().ref("#/components/schemas/OAuthError"))))
                .addHeader(
                        "X-Request-Id", OpenApiContract.header("The id of this request; also request_id in the body."));
        if (types.contains(ProblemType.UNAUTHORIZED)) {
            answer.addHeader(
                    "WWW-Authenticate", OpenApiContract.header("The ways to prove who calls (RFC 9110 §11.6.1)."));
        }
        if (types.stream().anyMatch(OpenApiContract::saysWhenToRetry)) {
            answer.addHeader("Retry-After", OpenApiContract.header("After how many seconds to try again."));
        }
        return answer;
    }

    private static Map<String, Parameter> form() {
        var form = new LinkedHashMap<String, Parameter>();
        form.put("grant_type", new Parameter("Always this.", GRANT));
        form.put("client_id", new Parameter("The client's name, unless the Authorization header says it.", "billing"));
        form.put(
                "client_secret",
                new Parameter("Its broker key, unless the Authorization header has it.", "tbk_billing_…"));
        form.put(
                "subject_token",
                new Parameter(
                        "The user's FusionAuth access token: then the account must be that user's.", "eyJhbGciOi…"));
        form.put(
                "subject_token_type",
                new Parameter("Required with subject_token: that of an access_token or a jwt.", ACCESS_TOKEN));
        form.put("requested_token_type", new Parameter("That of an access_token or a jwt.", ACCESS_TOKEN));
        form.put(
                "audience",
                new Parameter(
                        "The account's id, where the path does not have it.", "acc_wv3Tg1q5TFCnq2LqRrd4b2Itc3Vi"));
        form.put(
                "login_hint",
                new Parameter(
                        "Or its display name, among the accounts of the user of subject_token.", "b@contoso.com"));
        form.put("resource", new Parameter("As in MintRequest.", "https://management.azure.com"));
        form.put(
                "scope",
                new Parameter(
                        "Scopes of one resource, separated by spaces. Goes before resource, which must be the same then.",
                        "https://graph.microsoft.com/User.Read"));
        form.put("claims", new Parameter("As in MintRequest.", "{\"access_token\":{\"nbf\":{\"essential\":true}}}"));
        return form;
    }

    private record Refusal(String error, ProblemType type) {

        String status() {
            return String.valueOf(OAuthError.statusOf(error, type));
        }
    }

    private record Parameter(String description, String example) {

        Schema schema() {
            return OASFactory.createSchema()
                    .addType(Schema.SchemaType.STRING)
                    .description(description)
                    .examples(List.of(example));
        }
    }
}
