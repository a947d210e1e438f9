//! The contract as Rust types, generated from `wit/v0.1`.
//!
//! One world of the host's own imports every interface and exports those that the host calls, so that all worlds of the
//! contract share one set of types. Exports are looked up one interface at a time (`GuestIndices`): a component offers
//! what it exports, and none has to offer all.
#![allow(missing_docs, clippy::all)]
// Generated code builds typed functions from handles that it checked at load; nothing here is written by hand.
#![allow(unsafe_code)]

wasmtime::component::bindgen!({
    path: "../../wit/v0.1",
    inline: "
        package confiture:host;
        world every-side {
            import confiture:plugin/log@0.1.0;
            import confiture:plugin/schema@0.1.0;
            import confiture:plugin/database@0.1.0;
            import confiture:plugin/progress@0.1.0;
            import confiture:plugin/files@0.1.0;
            import confiture:plugin/backup@0.1.0;
            import confiture:plugin/pseudonym@0.1.0;
            import confiture:plugin/nested@0.1.0;
            export confiture:plugin/identity@0.1.0;
            export confiture:plugin/lint@0.1.0;
            export confiture:plugin/hooks@0.1.0;
            export confiture:plugin/anonymization@0.1.0;
        }
    ",
    world: "confiture:host/every-side",
    imports: {
        "confiture:plugin/database": async | trappable,
        "confiture:plugin/backup": async | trappable,
        "confiture:plugin/nested": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    require_store_data_send: true,
    with: {
        "confiture:plugin/database.rows": crate::imports::database::OpenRows,
        "confiture:plugin/nested.inner": crate::imports::nested::Inner,
    },
});
