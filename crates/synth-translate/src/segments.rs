//! Data segments as data.

use synth_ir::{Data, DataKind, Definition, SymbolId};
use synth_wasm::SegmentKind;

use crate::consts::ConstValue;
use crate::declare::Declarer;
use crate::env::{Helper, SegmentEnv, Size};
use crate::error::Error;

impl Declarer<'_> {
    /// Data segments.
    pub(crate) fn data(&mut self) -> Result<(), Error> {
        for index in 0..self.module.data.len() as u32 {
            let segment = self.data_segment(index);
            self.env.data.push(segment);
        }
        match self.env.init.data.is_empty() {
            true => Ok(()),
            false => self.helper(Helper::Memcpy),
        }
    }

    /// Whether an active segment has no effect: nothing is copied, and in
    /// bounds.
    fn is_noop(&self, data: &synth_wasm::Data) -> bool {
        let SegmentKind::Active { target, offset } = &data.kind else { return true };
        let Some(ConstValue::I32(offset)) = self.evaluate(offset) else { return false };
        data.range.is_empty() && offset as u32 <= self.env.memories[*target as usize].min
    }

    fn data_segment(&mut self, index: u32) -> SegmentEnv {
        let module = self.module;
        let bytes = module.data_bytes(index).unwrap_or_default();
        let active = matches!(module.data[index as usize].kind, SegmentKind::Active { .. });
        let copied = self.usage.copied_data.contains(&index);
        let name = module.names.data.get(&index).cloned().filter(|n| !n.is_empty());
        let name = name.unwrap_or_else(|| format!("data[{index}]"));
        let size = bytes.len() as u32;
        let mut segment = SegmentEnv { symbol: None, size: Size::Fixed(0), element: None };
        if (active || copied) && size > 0 {
            let data = Data {
                bytes: bytes.to_vec(),
                size,
                align: 4,
                kind: DataKind::Const,
                relocs: Vec::new(),
            };
            segment.symbol = Some(self.add_local(&name, Definition::Data(data)));
        }
        if active {
            if !self.is_noop(&module.data[index as usize]) {
                self.env.init.data.push(index);
            }
        } else if copied {
            let dropped = self.usage.dropped_data.contains(&index);
            segment.size = self.segment_size(&name, size, dropped);
        }
        segment
    }

    /// The size that is left of a segment: a variable if it can be dropped.
    pub(crate) fn segment_size(&mut self, name: &str, size: u32, dropped: bool) -> Size {
        if !dropped || size == 0 {
            return Size::Fixed(size);
        }
        let word =
            Data { bytes: size.to_le_bytes().to_vec(), size: 4, align: 4, ..Data::default() };
        let symbol: SymbolId = self.add_local(&format!("{name}.size"), Definition::Data(word));
        Size::Variable(symbol)
    }
}
