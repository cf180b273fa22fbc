package example;

import static org.springframework.security.oauth2.client.web.client.RequestAttributeClientRegistrationIdResolver.clientRegistrationId;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

@RestController
class Subscriptions {

    private final RestClient api;
    private final String address;

    Subscriptions(RestClient api, @Value("${api}") String address) {
        this.api = api;
        this.address = address;
    }

    /** @param registration which account, and what for */
    @GetMapping(path = "/{registration}", produces = "application/json")
    String list(@PathVariable String registration) {
        return api.get()
                .uri(address)
                .attributes(clientRegistrationId(registration))
                .retrieve()
                .body(String.class);
    }

    /** What the broker says is made for people to read. */
    @ExceptionHandler
    ProblemDetail refused(ClientAuthorizationException e) {
        var problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_GATEWAY, String.valueOf(e.getError().getDescription()));
        problem.setTitle(e.getError().getErrorCode());
        return problem;
    }
}
