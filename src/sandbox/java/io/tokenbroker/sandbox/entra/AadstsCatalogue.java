package io.tokenbroker.sandbox.entra;

import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The errors of the token endpoint, one a line: number, HTTP status, error, suberror, whether a claims request comes
 * along, message. Entra documents the numbers; where it does not say which error and status go with one, this table
 * takes what was observed or what its neighbours do.
 */
final class AadstsCatalogue {

    private static final String CLAIMS = """
            {"access_token":{"capolids":{"essential":true,"values":["5f1d2a34-7c1e-4c8b-9a40-3c2d7e8f9a10"]}}}""".strip();

    private static final String TABLE = """
            16000   | 400 | interaction_required    |                              |        | Either multiple user identities are available for the current request or the selected account is not supported.
            28000   | 400 | invalid_request         |                              |        | Provided value for the input parameter scope is not valid because it contains more than one resource.
            28002   | 400 | invalid_scope           |                              |        | Provided value for the input parameter scope is not valid when requesting an access token.
            28003   | 400 | invalid_scope           |                              |        | Provided value for the input parameter scope cannot be empty when requesting an access token.
            50001   | 400 | invalid_resource        |                              |        | The resource is disabled or does not exist.
            50011   | 400 | invalid_request         |                              |        | The redirect URI specified in the request does not match the redirect URIs configured for the application.
            50020   | 400 | invalid_grant           |                              |        | User account from the identity provider does not exist in the tenant and cannot access the application.
            50033   | 503 | temporarily_unavailable |                              |        | A transient error has occurred. Please try again.
            50034   | 400 | invalid_grant           |                              |        | The user account does not exist in the directory.
            50049   | 400 | invalid_instance        |                              |        | Unknown or invalid instance.
            50053   | 400 | invalid_grant           |                              |        | The account is locked because of too many sign-in attempts with an incorrect user ID or password.
            50055   | 400 | invalid_grant           | user_password_expired        |        | The password is expired.
            50056   | 400 | invalid_grant           |                              |        | Invalid or null password: password does not exist in the directory for this user.
            50057   | 400 | invalid_grant           |                              |        | The user account is disabled.
            50058   | 400 | login_required          |                              |        | A silent sign-in request was sent but no user is signed in.
            50072   | 400 | invalid_grant           | basic_action                 | claims | Due to a configuration change made by your administrator, you must enroll in multi-factor authentication.
            50074   | 400 | invalid_grant           | basic_action                 | claims | Strong Authentication is required.
            50076   | 400 | invalid_grant           | basic_action                 | claims | Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication.
            50078   | 400 | invalid_grant           | basic_action                 | claims | Presented multi-factor authentication has expired due to policies configured by your administrator.
            50079   | 400 | invalid_grant           | basic_action                 | claims | Due to a configuration change made by your administrator, you must enroll in multi-factor authentication.
            50087   | 503 | temporarily_unavailable |                              |        | A transient error has occurred during strong authentication. Please try again.
            50088   | 503 | temporarily_unavailable |                              |        | Limit on telecom MFA calls reached. Please try again in a few minutes.
            50097   | 400 | interaction_required    | device_authentication_failed |        | Device authentication is required.
            50105   | 400 | invalid_grant           |                              |        | The signed in user is not assigned to a role for the application.
            50126   | 400 | invalid_grant           |                              |        | Error validating credentials due to invalid username or password.
            50132   | 400 | invalid_grant           |                              |        | Session is revoked, has expired, or the user's password has changed.
            50133   | 400 | invalid_grant           |                              |        | Session is invalid due to expiration or recent password change.
            50144   | 400 | invalid_grant           | user_password_expired        |        | The user's Active Directory password has expired.
            50147   | 400 | invalid_request         |                              |        | Invalid size of the code challenge parameter.
            50148   | 400 | invalid_grant           |                              |        | The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.
            50149   | 400 | invalid_request         |                              |        | Invalid Code_Challenge_method parameter.
            50155   | 400 | interaction_required    | device_authentication_failed |        | Device authentication failed for this user.
            50158   | 400 | interaction_required    |                              | claims | External security challenge was not satisfied.
            50161   | 400 | invalid_grant           |                              | claims | Claims sent by external provider are not sufficient.
            50173   | 400 | invalid_grant           | token_expired                |        | The provided grant has expired due to it being revoked, a fresh auth token is needed.
            50187   | 400 | invalid_grant           | device_authentication_failed |        | The service failed to perform device authentication.
            50194   | 400 | invalid_request         |                              |        | The application is not configured as a multi-tenant application.
            50196   | 400 | invalid_grant           |                              |        | The server terminated an operation because it encountered a client request loop.
            51004   | 400 | invalid_grant           |                              |        | The user account does not exist in the directory.
            53000   | 400 | invalid_grant           | message_only                 | claims | Device is not in required device state: conditional access policy requires a compliant device.
            53001   | 400 | invalid_grant           | message_only                 | claims | Device is not in required device state: conditional access policy requires a domain joined device.
            53002   | 400 | invalid_grant           | message_only                 |        | The application used is not an approved application for conditional access.
            53003   | 400 | invalid_grant           | message_only                 | claims | Access has been blocked by conditional access policies.
            53011   | 400 | invalid_grant           | message_only                 |        | User blocked due to risk on home tenant.
            54005   | 400 | invalid_grant           |                              |        | OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.
            65001   | 400 | invalid_grant           | consent_required             |        | The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.
            65002   | 400 | invalid_client          |                              |        | Consent between first party application and resource must be configured via preauthorization.
            65004   | 400 | access_denied           | consent_required             |        | User declined to consent to access the app.
            70000   | 400 | invalid_grant           |                              |        | Provided grant is invalid or malformed.
            70001   | 400 | unauthorized_client     |                              |        | The application is disabled or was not found in the directory.
            70003   | 400 | unsupported_grant_type  |                              |        | The app requested an unsupported grant type.
            70008   | 400 | invalid_grant           | bad_token                    |        | The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.
            70011   | 400 | invalid_scope           |                              |        | The provided value for the input parameter 'scope' is not valid.
            70012   | 503 | temporarily_unavailable |                              |        | A server error occurred while authenticating a personal account.
            70043   | 400 | interaction_required    | token_expired                |        | The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.
            90002   | 400 | invalid_request         |                              |        | Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.
            90006   | 503 | temporarily_unavailable |                              |        | The service is temporarily unavailable. Retry the request.
            90009   | 400 | invalid_request         |                              |        | Application is requesting a token for itself. This scenario is supported only if resource is specified using the GUID based App Identifier.
            90012   | 503 | temporarily_unavailable |                              |        | The request has timed out.
            90014   | 400 | invalid_request         |                              |        | The required field is missing from the credential.
            90023   | 400 | invalid_request         |                              |        | The authentication service request is not valid.
            90024   | 503 | temporarily_unavailable |                              |        | A transient error has occurred. Please try again.
            90033   | 503 | temporarily_unavailable |                              |        | A transient error has occurred. Please try again.
            90055   | 429 | temporarily_unavailable |                              |        | Server terminated an operation because the tenant sends too many requests.
            90072   | 400 | invalid_grant           |                              |        | User account from external identity provider does not exist in the tenant and cannot access the application.
            90090   | 503 | temporarily_unavailable |                              |        | A transient error has occurred. Please try again.
            90094   | 400 | invalid_grant           | consent_required             |        | The grant requires administrator permission.
            90095   | 400 | invalid_grant           | consent_required             |        | Admin consent is required for the permissions requested by this application. A request can be sent to the administrator.
            135010  | 400 | invalid_grant           |                              |        | The user key used by the session was not found.
            135011  | 400 | invalid_grant           | device_authentication_failed |        | Device used during the authentication is disabled.
            500011  | 400 | invalid_resource        |                              |        | The resource principal was not found in the tenant.
            500021  | 400 | invalid_request         |                              |        | Access to the tenant is denied: a tenant restriction is in place.
            500022  | 400 | invalid_request         |                              |        | Access to the tenant is denied: a tenant restriction is in place.
            500112  | 400 | invalid_grant           |                              |        | The reply address does not match the reply address provided when requesting Authorization code.
            500212  | 400 | invalid_grant           |                              |        | The user's administrator has set an outbound access policy that does not allow access to the resource tenant.
            500213  | 400 | invalid_grant           |                              |        | The resource tenant's cross-tenant access policy does not allow this user to access this tenant.
            501481  | 400 | invalid_grant           |                              |        | The Code_Verifier does not match the code_challenge supplied in the authorization request.
            530003  | 400 | invalid_grant           | additional_action            | claims | Your device is required to be managed to access this resource.
            530032  | 400 | invalid_grant           | message_only                 |        | User blocked due to risk policy.
            530034  | 400 | invalid_grant           | message_only                 |        | A delegated administrator was blocked from accessing the tenant due to account risk in their home tenant.
            530035  | 400 | invalid_grant           | message_only                 |        | Access has been blocked by security defaults.
            530084  | 400 | invalid_grant           | message_only                 | claims | Access has been blocked by conditional access token protection policy.
            650052  | 400 | invalid_client          |                              |        | The app needs access to a service that your organization has not subscribed to or enabled.
            650054  | 400 | invalid_client          |                              |        | The application asked for permissions to access a resource that has been removed or is no longer available.
            650056  | 400 | invalid_client          |                              |        | Misconfigured application.
            650057  | 400 | invalid_client          |                              |        | Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration.
            700005  | 400 | invalid_grant           |                              |        | Provided Authorization Code is intended to use against other tenant, thus rejected.
            700016  | 400 | unauthorized_client     |                              |        | Application was not found in the directory.
            700022  | 400 | invalid_request         |                              |        | Provided value for the input parameter scope is not valid because it contains more than one resource.
            700024  | 401 | invalid_client          |                              |        | Client assertion is not within its valid time range.
            700025  | 401 | invalid_client          |                              |        | Client is public so neither 'client_assertion' nor 'client_secret' should be presented.
            700027  | 401 | invalid_client          |                              |        | The certificate with identifier used to sign the client assertion is not registered on application.
            700054  | 400 | unsupported_response_type |                            |        | The response_type is not enabled for the application.
            700081  | 400 | invalid_grant           | bad_token                    |        | The refresh token has expired due to maximum lifetime.
            700082  | 400 | invalid_grant           | bad_token                    |        | The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.
            700084  | 400 | invalid_grant           |                              |        | The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended.
            700213  | 401 | invalid_client          |                              |        | No matching federated identity record found for presented assertion.
            900144  | 400 | invalid_request         |                              |        | The request body must contain the required parameter.
            900561  | 400 | invalid_request         |                              |        | The endpoint only accepts POST requests.
            901002  | 400 | invalid_request         |                              |        | The 'resource' request parameter is not supported.
            1002012 | 400 | invalid_scope           |                              |        | The provided value for scope is not valid.
            5000224 | 400 | invalid_grant           |                              |        | We are sorry, this resource is not available.
            7000112 | 400 | unauthorized_client     |                              |        | Application is disabled.
            7000215 | 401 | invalid_client          |                              |        | Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.
            7000218 | 401 | invalid_client          |                              |        | The request body must contain the following parameter: 'client_assertion' or 'client_secret'.
            7000222 | 401 | invalid_client          |                              |        | The provided client secret keys are expired.
            9002313 | 400 | invalid_grant           |                              |        | Invalid request. Request is malformed or invalid.
            9002326 | 400 | invalid_request         |                              |        | Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.
            9002327 | 400 | invalid_request         |                              |        | Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.
            9002332 | 400 | invalid_request         |                              |        | Application is configured for use by Microsoft Entra users only.
            """;

    private static final Map<Integer, Aadsts> ROWS = TABLE.lines()
            .map(AadstsCatalogue::parse)
            .collect(Collectors.toUnmodifiableMap(Aadsts::number, Function.identity()));

    private AadstsCatalogue() {}

    static Aadsts row(int number) {
        var row = ROWS.get(number);
        if (row == null) {
            throw new NoSuchElementException("The catalogue has no AADSTS" + number);
        }
        return row;
    }

    private static Aadsts parse(String line) {
        var cells = line.split("\\|", 6);
        return new Aadsts(
                Integer.parseInt(cells[0].strip()),
                Integer.parseInt(cells[1].strip()),
                cells[2].strip(),
                cells[3].strip(),
                cells[4].isBlank() ? "" : CLAIMS,
                cells[5].strip());
    }
}
