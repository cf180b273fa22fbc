package example;

import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.ClientAuthenticationException;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Gets an access token of a linked account by azure-identity, which knows nothing of the broker, and uses it. See README.md. */
final class Tokens {

    private Tokens() {}

    public static void main(String[] arguments) throws Exception {
        // IDENTITY_ENDPOINT and IDENTITY_HEADER are read by the SDK itself.
        var credential = new ManagedIdentityCredentialBuilder()
                .clientId(System.getenv("AZURE_CLIENT_ID"))
                .build();
        var scope = variable("RESOURCE", "https://management.azure.com") + "/.default";
        var api = variable("API", "http://localhost:9012/arm/subscriptions");
        try {
            for (var call = 1; call <= 2; call++) {
                // Hand the credential to a client of the Azure SDK, and it does this.
                var token = credential.getTokenSync(new TokenRequestContext().addScopes(scope));
                System.out.printf(
                        "call %d: token %s, valid until %s, %s%n",
                        call, digest(token.getToken()), token.getExpiresAt(), use(api, token.getToken()));
            }
        } catch (ClientAuthenticationException refused) {
            // What the broker said is in the cause.
            for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
                System.err.println(cause.getMessage());
            }
            System.exit(1);
        }
    }

    private static String use(String api, String token) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(api))
                    .header("Authorization", "Bearer " + token)
                    .build();
            var answer = http.send(request, BodyHandlers.ofString());
            return "accepted: " + answer.statusCode() + " " + answer.body();
        }
    }

    /** Enough to see that it is the same; a token itself is nothing to print. */
    private static String digest(String token) throws Exception {
        var sha256 = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(sha256, 0, 6);
    }

    private static String variable(String name, String otherwise) {
        var value = System.getenv(name);
        return value == null ? otherwise : value;
    }
}
