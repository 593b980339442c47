//! As much of thrift's compact protocol as it takes to look at a parquet file's footer and page
//! headers before the parquet crate allocates what they ask for.
//!
//! Source: parquet-format, `parquet.thrift`; Thrift, "Compact protocol encoding".

/// How deep structs and lists may be nested; parquet's own structures need six.
const MAX_DEPTH: usize = 16;

/// The bytes are no thrift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotThrift;

type Result<T> = std::result::Result<T, NotThrift>;

/// The kind of a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Byte,
    Integer,
    Double,
    Binary,
    List,
    Struct,
}

impl Kind {
    fn of(nibble: u8) -> Result<Kind> {
        Ok(match nibble {
            1 | 2 => Kind::Boolean,
            3 => Kind::Byte,
            4..=6 => Kind::Integer,
            7 => Kind::Double,
            8 => Kind::Binary,
            9 | 10 => Kind::List,
            12 => Kind::Struct,
            _ => return Err(NotThrift),
        })
    }
}

/// Reads thrift from bytes.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    /// How many bytes have been read.
    pub fn position(&self) -> usize {
        self.at
    }

    fn byte(&mut self) -> Result<u8> {
        let byte = self.bytes.get(self.at).copied().ok_or(NotThrift)?;
        self.at += 1;
        Ok(byte)
    }

    fn varint(&mut self) -> Result<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(NotThrift)
    }

    /// An integer's value.
    pub fn integer(&mut self) -> Result<i64> {
        let zigzag = self.varint()?;
        Ok((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64))
    }

    /// A list's kind of elements and their number.
    pub fn list(&mut self) -> Result<(Kind, usize)> {
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => usize::try_from(self.varint()?).map_err(|_| NotThrift)?,
            count => usize::from(count),
        };
        // An element has a byte or more.
        if count > self.bytes.len().saturating_sub(self.at) {
            return Err(NotThrift);
        }
        Ok((Kind::of(header & 0x0f)?, count))
    }

    /// Calls `field` with the id and kind of each field of a struct. It returns whether it has
    /// read the value; if not it is skipped.
    pub fn fields(
        &mut self,
        mut field: impl FnMut(&mut Self, i64, Kind) -> Result<bool>,
    ) -> Result<()> {
        let mut id = 0;
        loop {
            let header = self.byte()?;
            if header == 0 {
                return Ok(());
            }
            id = match header >> 4 {
                0 => self.integer()?,
                delta => id + i64::from(delta),
            };
            let kind = Kind::of(header & 0x0f)?;
            if !field(self, id, kind)? && kind != Kind::Boolean {
                self.skip(kind, 0)?;
            }
        }
    }

    /// Skips a value; a boolean as it stands in a list.
    fn skip(&mut self, kind: Kind, depth: usize) -> Result<()> {
        if depth > MAX_DEPTH {
            return Err(NotThrift);
        }
        match kind {
            Kind::Boolean | Kind::Byte => {
                self.byte()?;
            }
            Kind::Integer => {
                self.varint()?;
            }
            Kind::Double => self.at += 8,
            Kind::Binary => {
                let length = usize::try_from(self.varint()?).map_err(|_| NotThrift)?;
                self.at = self.at.checked_add(length).ok_or(NotThrift)?;
            }
            Kind::List => {
                let (kind, count) = self.list()?;
                for _ in 0..count {
                    self.skip(kind, depth + 1)?;
                }
            }
            Kind::Struct => loop {
                let header = self.byte()?;
                if header == 0 {
                    break;
                }
                if header >> 4 == 0 {
                    self.integer()?;
                }
                let kind = Kind::of(header & 0x0f)?;
                if kind != Kind::Boolean {
                    self.skip(kind, depth + 1)?;
                }
            },
        }
        match self.at <= self.bytes.len() {
            true => Ok(()),
            false => Err(NotThrift),
        }
    }
}
