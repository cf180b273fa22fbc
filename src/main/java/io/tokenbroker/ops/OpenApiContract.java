package io.tokenbroker.ops;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import io.tokenbroker.problem.Problem;
import io.tokenbroker.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;
import org.eclipse.microprofile.openapi.models.tags.Tag;

/**
 * What no annotation says: how callers prove themselves, which problems each operation answers, that requests take no
 * unknown fields and answers leave none out. Runs when the broker is built.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class OpenApiContract implements OASFilter {

    private static final String USER = "user";
    private static final String CLIENT_KEY = "client_key";
    private static final String CLIENT_BASIC = "client_basic";

    private static final Map<String, Format> FORMATS = Map.of(
            "Instant", new Format("date-time", "2026-03-10T16:15:50Z"),
            "UUID", new Format("uuid", "c0270500-0000-4000-8000-000000000001"));

    private static final Set<String> SOME_MEMBERS_LEFT_OUT =
            Set.of("Problem", "Upstream", "BatchResult", "OAuthError", "ExchangedToken", "AzdQuestion");

    /** Members that are always there but may be null. */
    private static final Set<String> NULLABLE = Set.of(
            "Account.reason",
            "Provider.issuer",
            "Token.scope",
            "PendingIdentity.provider_user_id",
            "PendingIdentity.display_name",
            "PendingIdentity.email",
            "PolicyExplanation.denied_by",
            "PolicyExplanation.detail",
            "Reauthorize.claims");

    @Override
    public void filterOpenAPI(OpenAPI api) {
        addSecuritySchemes(api);
        api.setServers(List.of(OASFactory.createServer().url("/").description("The broker.")));
        api.setTags(List.of(
                tag("Linking", "START, COMPLETE, RESOLVE: a user connects an account."),
                tag("Accounts", "The accounts that are linked."),
                tag("Minting", "MINT: a client gets a fresh access token of a linked account.")));
        api.getComponents().getSchemas().forEach(OpenApiContract::describe);
        FORMATS.keySet().forEach(api.getComponents()::removeSchema);
        api.getPaths()
                .getPathItems()
                .values()
                .forEach(path -> path.getOperations()
                        .values()
                        .forEach(operation -> complete(
                                operation, OperationContract.valueOf(String.valueOf(operation.getOperationId())))));
    }

    private static void complete(Operation operation, OperationContract contract) {
        operation.setSecurity(contract.callers().stream()
                .map(scheme -> OASFactory.createSecurityRequirement().addScheme(scheme))
                .toList());
        if (contract.callers().isEmpty()) {
            operation.addSecurityRequirement(OASFactory.createSecurityRequirement());
        }
        List.of("400", "401", "403").forEach(operation.getResponses()::removeAPIResponse);
        operation
                .getResponses()
                .getAPIResponses()
                .values()
                .forEach(answer -> answer.addHeader(
                        "X-Request-Id", header("The id of this request: the caller's, if it sent a sane one.")));
        if (!contract.describedByItsDoor(operation)) {
            problemsByStatus(contract.problems())
                    .forEach((status, types) -> operation.getResponses().addAPIResponse(status, problem(types)));
        }
        if (contract.saysTheRate()) {
            RateContract.complete(operation);
        }
    }

    private static Map<String, List<ProblemType>> problemsByStatus(List<ProblemType> problems) {
        return problems.stream()
                .collect(Collectors.groupingBy(
                        type -> String.valueOf(type.status()), TreeMap::new, Collectors.toList()));
    }

    private static APIResponse problem(List<ProblemType> types) {
        var media = OASFactory.createMediaType().schema(reference("Problem"));
        types.forEach(
                type -> media.addExample(type.code(), OASFactory.createExample().value(example(type))));
        var answer = OASFactory.createAPIResponse()
                .description(types.stream()
                        .map(type -> "`%s`: %s.".formatted(type.code(), type.title()))
                        .collect(Collectors.joining(" ")))
                .content(content(media))
                .addHeader("X-Request-Id", header("The id of this request; also request_id in the body."));
        if (types.contains(ProblemType.UNAUTHORIZED)) {
            answer.addHeader("WWW-Authenticate", header("The ways to prove who calls (RFC 9110 §11.6.1)."));
        }
        if (types.stream().anyMatch(OpenApiContract::saysWhenToRetry)) {
            answer.addHeader("Retry-After", header("After how many seconds to try again."));
        }
        return answer;
    }

    static boolean saysWhenToRetry(ProblemType type) {
        return type.status() == 429 || type.status() == 503;
    }

    private static Map<String, Object> example(ProblemType type) {
        return new TreeMap<>(Map.of(
                "type",
                "urn:token-broker:problem:" + type.code(),
                "title",
                type.title(),
                "status",
                type.status(),
                "detail",
                "What happened this time, who must act and how.",
                "code",
                type.code(),
                "request_id",
                "5f0c6a52-31f6-4a0e-9d1f-0f4d2a7f8a10"));
    }

    private static void describe(String name, Schema schema) {
        if (schema.getProperties() != null) {
            schema.getProperties().values().forEach(OpenApiContract::inlineFormat);
            close(name, schema);
        }
    }

    /** A time or an id is a string with a format, not a type of its own. */
    private static void inlineFormat(Schema property) {
        var ref = String.valueOf(property.getRef());
        FORMATS.forEach((type, format) -> {
            if (ref.endsWith("/" + type)) {
                property.ref(null).format(format.name()).examples(List.of(format.example()));
            }
        });
    }

    /** Requests refuse what they do not know; answers always have all their members, though some may be null. */
    private static void close(String name, Schema schema) {
        if (name.endsWith("Request")) {
            schema.setAdditionalPropertiesSchema(OASFactory.createSchema().booleanSchema(false));
        } else if (!SOME_MEMBERS_LEFT_OUT.contains(name)) {
            schema.setRequired(new ArrayList<>(schema.getProperties().keySet()));
            schema.getProperties().forEach((member, type) -> {
                if (NULLABLE.contains(name + "." + member)) {
                    type.addType(Schema.SchemaType.NULL);
                }
            });
        }
    }

    private static void addSecuritySchemes(OpenAPI api) {
        api.getComponents()
                .addSecurityScheme(
                        USER,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .bearerFormat("JWT")
                                .description("A user: an access token of the FusionAuth application."))
                .addSecurityScheme(
                        CLIENT_KEY,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description(
                                        "A client: its broker key tbk_<client>_<43 characters>, or an access token whose sub is the client's subject."))
                .addSecurityScheme(
                        CLIENT_BASIC,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("basic")
                                .description("A client: its name and its broker key."))
                .addSecurityScheme(ManagedIdentityContract.HEADER, ManagedIdentityContract.scheme());
    }

    private static Content content(MediaType media) {
        return OASFactory.createContent().addMediaType(Problem.MEDIA_TYPE, media);
    }

    static Schema reference(String name) {
        return OASFactory.createSchema().ref("#/components/schemas/" + name);
    }

    private static Tag tag(String name, String description) {
        return OASFactory.createTag().name(name).description(description);
    }

    static Header header(String description) {
        return OASFactory.createHeader()
                .description(description)
                .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING));
    }

    private record Format(String name, String example) {}
}
