package io.tokenbroker.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A value of a setting that works: a start that fails shows it, and so does the page of all settings. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Example {

    String value();

    /** What the value is an example of; left out where the type says enough, such as a duration. */
    String of() default "";
}
