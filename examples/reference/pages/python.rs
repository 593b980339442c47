//! What Python sources define: modules, classes, methods, as they are written.

use std::error::Error;
use std::fs;
use std::path::Path;

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, Parameter, ParameterWithDefault, Parameters, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;
use rustpython_vm::compiler::parser::parse_module;

/// A source file.
pub struct Module {
    /// `pyspark.sql.dataframe`
    pub name: String,
    /// Whether it stands for a directory of modules.
    pub is_package: bool,
    /// The names in `__all__`, if it is a list of texts.
    pub all: Option<Vec<String>>,
    pub classes: Vec<Class>,
    /// Functions, and names that are set to others.
    pub members: Vec<Member>,
    /// The calls that stand as statements by themselves: the function and the texts that it is given.
    pub calls: Vec<(String, Vec<String>)>,
    /// Names that are set to a text.
    pub texts: Vec<(String, String)>,
}

/// A class, of which nested ones have a name with a dot.
pub struct Class {
    pub name: String,
    pub bases: Vec<String>,
    pub about: Option<String>,
    /// The parameters of `__init__`.
    pub constructor: Option<String>,
    pub members: Vec<Member>,
    /// The attributes that are made of a class: `fs` of `FileSystem()`.
    pub parts: Vec<(String, String)>,
}

/// What a class or a module holds.
#[derive(Clone)]
pub struct Member {
    pub name: String,
    pub kind: MemberKind,
    /// The first sentence of its documentation.
    pub about: Option<String>,
    /// The SQL functions that it calls.
    pub calls: Vec<String>,
}

#[derive(Clone)]
pub enum MemberKind {
    /// With its parameters, `self` left out.
    Method(String),
    Property,
    /// Another name of a member.
    Alias(String),
    /// All that it does is to say that it isn't implemented.
    Refused,
}

/// The modules below a directory, by name; `root` is where names begin.
pub fn modules(root: &Path, dir: &Path) -> Result<Vec<Module>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(modules(root, &path)?);
        } else if path.extension().is_some_and(|e| e == "py") {
            found.push(module(root, &path)?);
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// One file.
pub fn module(root: &Path, path: &Path) -> Result<Module, Box<dyn Error>> {
    let source = fs::read_to_string(path)?;
    let parsed = parse_module(&source)?;
    let dotted = path.strip_prefix(root)?.with_extension("");
    let dotted = dotted.to_string_lossy().replace('/', ".");
    let name = dotted.trim_end_matches(".__init__").to_owned();
    let mut module = Module {
        is_package: name.len() < dotted.len(),
        name,
        all: None,
        classes: Vec::new(),
        members: Vec::new(),
        calls: Vec::new(),
        texts: Vec::new(),
    };
    let reader = Reader { source: &source };
    for statement in &parsed.syntax().body {
        match statement {
            Stmt::ClassDef(class) => {
                let name = class.name.as_str();
                let bases = class.arguments.iter().flat_map(|a| &a.args);
                let bases = bases.filter_map(name_of).collect();
                reader.class(name, bases, &class.body, &mut module.classes);
            }
            Stmt::FunctionDef(function) => module.members.push(reader.function(function, false)),
            Stmt::Assign(assign) => {
                let Some(target) = assign.targets.first().and_then(name_of) else {
                    continue;
                };
                match &*assign.value {
                    Expr::List(list) if target == "__all__" => {
                        module.all = Some(list.elts.iter().filter_map(text_of).collect());
                    }
                    Expr::Name(value) => module.members.push(Member {
                        name: target,
                        kind: MemberKind::Alias(value.id.to_string()),
                        about: None,
                        calls: Vec::new(),
                    }),
                    value => module
                        .texts
                        .extend(text_of(value).map(|text| (target, text))),
                }
            }
            Stmt::Expr(expression) => {
                if let Expr::Call(call) = &*expression.value
                    && let Some(function) = name_of(&call.func)
                {
                    let texts = call.arguments.args.iter().filter_map(text_of).collect();
                    module.calls.push((function, texts));
                }
            }
            _ => {}
        }
    }
    Ok(module)
}

struct Reader<'s> {
    source: &'s str,
}

impl Reader<'_> {
    fn class(&self, name: &str, bases: Vec<String>, body: &[Stmt], found: &mut Vec<Class>) {
        let mut class = Class {
            name: name.to_owned(),
            bases,
            about: documentation(body),
            constructor: None,
            members: Vec::new(),
            parts: Vec::new(),
        };
        let mut nested = Vec::new();
        for statement in body {
            match statement {
                Stmt::FunctionDef(function) if function.name.as_str() == "__init__" => {
                    class.constructor = Some(self.parameters(&function.parameters, true));
                    class.parts.extend(function.body.iter().filter_map(part));
                }
                Stmt::FunctionDef(function) if is_setter(function) => {}
                Stmt::FunctionDef(function) => class.members.push(self.function(function, true)),
                Stmt::ClassDef(inner) => {
                    let name = format!("{name}.{}", inner.name);
                    self.class(&name, Vec::new(), &inner.body, &mut nested);
                }
                Stmt::Assign(assign) => {
                    class.parts.extend(part(statement));
                    let kind = match &*assign.value {
                        Expr::Name(value) if value.id.starts_with("__") => {
                            MemberKind::Method(String::new())
                        }
                        Expr::Name(value) if !value.id.starts_with('_') => {
                            MemberKind::Alias(value.id.to_string())
                        }
                        _ => MemberKind::Property,
                    };
                    let target = assign.targets.first().and_then(name_of);
                    class.members.extend(target.map(|name| Member {
                        name,
                        kind,
                        about: None,
                        calls: Vec::new(),
                    }));
                }
                _ => {}
            }
        }
        found.push(class);
        found.extend(nested);
    }

    fn function(&self, function: &StmtFunctionDef, in_class: bool) -> Member {
        let decorators: Vec<String> = function
            .decorator_list
            .iter()
            .filter_map(|d| name_of(&d.expression))
            .collect();
        let has = |name: &str| decorators.iter().any(|d| d == name);
        let kind = if refuses(&function.body) {
            MemberKind::Refused
        } else if has("property") {
            MemberKind::Property
        } else {
            let bound = in_class && !has("staticmethod");
            MemberKind::Method(self.parameters(&function.parameters, bound))
        };
        Member {
            name: function.name.to_string(),
            kind,
            about: documentation(&function.body),
            calls: SqlCalls::of(&function.body),
        }
    }

    /// Parameters as they are written; the first of a bound method is what it is bound to.
    fn parameters(&self, parameters: &Parameters, bound: bool) -> String {
        let mut texts: Vec<String> = Vec::new();
        let positional = parameters.posonlyargs.iter().chain(&parameters.args);
        texts.extend(
            positional
                .skip(usize::from(bound))
                .map(|p| self.parameter(p)),
        );
        match &parameters.vararg {
            Some(rest) => texts.push(format!("*{}", rest.name)),
            None if !parameters.kwonlyargs.is_empty() => texts.push("*".into()),
            None => {}
        }
        texts.extend(parameters.kwonlyargs.iter().map(|p| self.parameter(p)));
        texts.extend(parameters.kwarg.iter().map(|p| format!("**{}", p.name)));
        texts.join(", ")
    }

    fn parameter(&self, with_default: &ParameterWithDefault) -> String {
        let Parameter { name, .. } = &with_default.parameter;
        match &with_default.default {
            Some(default) => {
                let range = default.range().start().to_usize()..default.range().end().to_usize();
                // A default with a private name says nothing to a reader.
                let text = self.source.get(range).filter(|text| !text.starts_with('_'));
                format!("{name}={}", text.unwrap_or("…"))
            }
            None => name.to_string(),
        }
    }
}

fn name_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Name(name) => Some(name.id.to_string()),
        _ => None,
    }
}

fn text_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
        _ => None,
    }
}

/// The first sentence of the text that a body begins with.
fn documentation(body: &[Stmt]) -> Option<String> {
    let Some(Stmt::Expr(first)) = body.first() else {
        return None;
    };
    let text = text_of(&first.value)?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    Some(text.get(..end)?.to_owned())
}

/// Whether all that a function does is `raise not_implemented(…)`.
fn refuses(body: &[Stmt]) -> bool {
    let body = match body {
        [Stmt::Expr(first), rest @ ..] if text_of(&first.value).is_some() => rest,
        body => body,
    };
    let [Stmt::Raise(raise)] = body else {
        return false;
    };
    let Some(Expr::Call(call)) = raise.exc.as_deref() else {
        return false;
    };
    name_of(&call.func).is_some_and(|name| name == "not_implemented")
}

/// Finds calls such as `function("upper", …)`.
#[derive(Default)]
struct SqlCalls(Vec<String>);

impl SqlCalls {
    /// The functions of the package whose first argument is the name of a SQL function.
    const CALLERS: [&str; 3] = ["function", "_higher", "_schema_of"];

    fn of(body: &[Stmt]) -> Vec<String> {
        let mut found = SqlCalls::default();
        found.visit_body(body);
        found.0
    }
}

impl<'a> Visitor<'a> for SqlCalls {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && name_of(&call.func).is_some_and(|name| Self::CALLERS.contains(&name.as_str()))
        {
            self.0.extend(call.arguments.args.first().and_then(text_of));
        }
        walk_expr(self, expr);
    }
}

/// `@columns.setter`
fn is_setter(function: &StmtFunctionDef) -> bool {
    let mut decorators = function.decorator_list.iter();
    decorators.any(|d| matches!(&d.expression, Expr::Attribute(a) if a.attr.as_str() == "setter"))
}

/// `self.fs = FileSystem()`, or `taskValues = TaskValues()` in a class.
fn part(statement: &Stmt) -> Option<(String, String)> {
    let Stmt::Assign(assign) = statement else {
        return None;
    };
    let name = match assign.targets.first()? {
        Expr::Attribute(attribute) => attribute.attr.to_string(),
        Expr::Name(name) => name.id.to_string(),
        _ => return None,
    };
    match &*assign.value {
        Expr::Call(call) if call.arguments.args.is_empty() => Some((name, name_of(&call.func)?)),
        _ => None,
    }
}
