package io.tokenbroker.http;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.quarkus.jackson.ObjectMapperCustomizer;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.BrokerException.FieldError;
import io.tokenbroker.problem.ErrorShape;
import io.tokenbroker.problem.Parameters;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Singleton;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ResourceInfo;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/** The contract's JSON: snake_case, RFC 3339, and nothing unknown, mistyped, doubled or trailing is let through. */
@Singleton
class StrictJson implements ObjectMapperCustomizer {

    @Override
    public void customize(ObjectMapper json) {
        json.setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
        json.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        json.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        json.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        json.enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
        json.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
        json.registerModule(new SimpleModule("field-names").setDeserializerModifier(new FieldNames()));
        refuseCoercions(json);
    }

    @SuppressWarnings("deprecation") // the builder's form of this switch needs a mapper built anew
    private static void refuseCoercions(ObjectMapper json) {
        json.disable(MapperFeature.ALLOW_COERCION_OF_SCALARS);
        for (var shape : new CoercionInputShape[] {
            CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean
        }) {
            json.coercionConfigFor(LogicalType.Textual).setCoercion(shape, CoercionAction.Fail);
        }
        json.coercionConfigFor(LogicalType.POJO).setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail);
    }

    /** Names the fields of a request that are not known before those that are missing: one that is misspelt is both. */
    private static final class FieldNames extends BeanDeserializerModifier {

        private static final long serialVersionUID = 1;

        @Override
        public JsonDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> deserializer) {
            var type = bean.getBeanClass();
            return type.isRecord() && !type.isAnnotationPresent(JsonIgnoreProperties.class)
                    ? new Checked(
                            deserializer,
                            bean.findProperties().stream()
                                    .map(BeanPropertyDefinition::getName)
                                    .collect(Collectors.toUnmodifiableSet()))
                    : deserializer;
        }

        @SuppressWarnings("serial") // its set is serializable
        private static final class Checked extends DelegatingDeserializer {

            private static final long serialVersionUID = 1;

            /** A body may have thousands of them. */
            private static final int NAMED_AT_MOST = 10;

            private final Set<String> known;

            Checked(JsonDeserializer<?> checked, Set<String> known) {
                super(checked);
                this.known = known;
            }

            @Override
            protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> checked) {
                return new Checked(checked, known);
            }

            @Override
            public @Nullable Object deserialize(JsonParser json, DeserializationContext context) throws IOException {
                if (!json.hasToken(JsonToken.START_OBJECT)) {
                    return super.deserialize(json, context);
                }
                ObjectNode object = context.readTree(json).require();
                var unknown = object.properties().stream()
                        .map(field -> field.getKey())
                        .filter(name -> !known.contains(name))
                        .limit(NAMED_AT_MOST)
                        .map(name -> FieldError.unknown(name, known))
                        .toList();
                if (unknown.isEmpty()) {
                    return read(object, json, context);
                }
                var errors = Stream.concat(
                                unknown.stream(), faultsOfTheRest(object.retain(known), json, context).stream())
                        .toList();
                throw JsonMappingException.from(json, "Unknown fields", BrokerException.invalidFields(errors));
            }

            private @Nullable Object read(ObjectNode object, JsonParser json, DeserializationContext context)
                    throws IOException {
                var fields = object.traverse(json.getCodec());
                fields.nextToken();
                return super.deserialize(fields, context);
            }

            private List<FieldError> faultsOfTheRest(ObjectNode object, JsonParser json, DeserializationContext context)
                    throws IOException {
                try {
                    read(object, json, context);
                    return List.of();
                } catch (JsonMappingException e) {
                    return e.getCause() instanceof BrokerException rejected ? rejected.errors() : List.of();
                }
            }
        }
    }

    /** Refuses query parameters that the operation does not have, as bodies do; the doors for programs of others let them pass. */
    static class QueryNames {

        private final ConcurrentMap<Method, Set<String>> known = new ConcurrentHashMap<>();

        @ServerRequestFilter
        void check(ResourceInfo operation, RoutingContext request) {
            var method = operation.getResourceMethod();
            if (request.request().query() != null
                    && ErrorShape.at(request) == ErrorShape.PROBLEM
                    && method.isAnnotationPresent(RolesAllowed.class)) {
                Parameters.ofQuery(request).requireKnown(known.computeIfAbsent(method, QueryNames::names));
            }
        }

        private static Set<String> names(Method method) {
            return Stream.of(method.getParameters())
                    .map(QueryNames::name)
                    .flatMap(Optional::stream)
                    .collect(Collectors.toUnmodifiableSet());
        }

        private static Optional<String> name(Parameter parameter) {
            return Optional.ofNullable(parameter.getAnnotation(QueryParam.class))
                    .map(QueryParam::value);
        }
    }
}
