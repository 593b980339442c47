//! Schemas as DDL: ``a INT,`b c` STRING NOT NULL``. `sql::parse` reads them.

use super::StructType;

impl StructType {
    /// The columns as DDL: ``a INT,`b c` STRING NOT NULL``.
    pub fn to_ddl(&self) -> String {
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|f| {
                let not_null = if f.nullable { "" } else { " NOT NULL" };
                let name = super::quote_if_needed(&f.name);
                format!("{name} {}{not_null}", f.data_type.sql())
            })
            .collect();
        fields.join(",")
    }
}
