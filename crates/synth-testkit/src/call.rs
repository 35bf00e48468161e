//! Calls by AAPCS32, calls back to the host, and how faults become traps.

use synth_emu::{
    CallArgs, Fault, FaultKind, Host, HostCall, HostError, Machine, Outcome, Registers,
};
use synth_ir::{Signature, TrapCode};

use crate::abi::{Layout, ResultPlace, WordPlace};
use crate::error::{CallError, Trap};
use crate::loader::{CodeRange, HostFunction, Loader, ModuleId};
use crate::value::AbiVal;

impl Loader<'_> {
    /// Calls a function of a program by name.
    ///
    /// # Errors
    /// See [`CallError`].
    pub fn call(
        &mut self,
        module: ModuleId,
        name: &str,
        signature: &Signature,
        args: &[AbiVal],
    ) -> Result<Vec<AbiVal>, CallError> {
        let place = self.place(module, name).filter(|place| place.thumb);
        let place = place.ok_or_else(|| CallError::Usage(format!("no function '{name}'")))?;
        self.call_address(place.address, signature, args)
    }

    /// Calls the function at an address.
    ///
    /// # Errors
    /// See [`CallError`].
    pub fn call_address(
        &mut self,
        address: u32,
        signature: &Signature,
        args: &[AbiVal],
    ) -> Result<Vec<AbiVal>, CallError> {
        if !args.iter().map(|arg| arg.ty()).eq(signature.params.iter().copied()) {
            return Err(CallError::Usage(format!("{args:?} are not arguments of {signature}")));
        }
        let layout = Layout::new(signature);
        let mut call = self.arguments(&layout, args);
        if let ResultPlace::Memory { size, .. } = layout.results {
            let result = (self.machine.memory().stack.end - size) & !7;
            call.stack_top = Some(result);
            call.registers.r[0] = result;
        }
        let result_at = call.stack_top.unwrap_or(0);
        let mut hosts = Hosts { functions: &self.hosts };
        let run = self.machine.call_with(address, &call, &mut hosts).map_err(host_error)?;
        match run.outcome {
            Outcome::Returned(registers) => self.results(signature, &layout, &registers, result_at),
            Outcome::Violation { clobbered, .. } => Err(CallError::Violation(clobbered)),
            Outcome::Timeout => Err(CallError::Timeout),
            Outcome::Fault(fault) => Err(self.explain(fault)),
        }
    }

    /// Calls the initialisers of a program, in order.
    ///
    /// # Errors
    /// What the first that fails fails with.
    pub fn initialise(&mut self, module: ModuleId) -> Result<(), CallError> {
        let lists = self.modules.get(module.0).map(|m| m.initialisers.clone());
        for (address, words) in lists.unwrap_or_default() {
            for word in 0..words {
                let at = address + 4 * word;
                let function = self.machine.read_word(at).map_err(CallError::Emulator)?;
                self.call_address(function, &Signature::default(), &[])?;
            }
        }
        Ok(())
    }

    fn arguments(&self, layout: &Layout, args: &[AbiVal]) -> CallArgs {
        let mut call = CallArgs {
            timeout: self.timeout,
            trap_unaligned: self.trap_unaligned,
            fpu: self.fpu,
            ..CallArgs::default()
        };
        // What no argument is in has a value that no argument is likely to have.
        call.registers.r = [0xdead_0000, 0xdead_0001, 0xdead_0002, 0xdead_0003];
        call.registers.s = [0xdead_0005; 16];
        call.stack = vec![0xdead_0004; layout.stack_words];
        for (arg, places) in args.iter().zip(&layout.params) {
            for (word, place) in arg.words().into_iter().zip(places) {
                match *place {
                    WordPlace::Core(number) => call.registers.r[number] = word,
                    WordPlace::Vfp(number) => call.registers.s[number] = word,
                    WordPlace::Stack(offset) => call.stack[offset as usize / 4] = word,
                }
            }
        }
        call
    }

    fn results(
        &mut self,
        signature: &Signature,
        layout: &Layout,
        registers: &Registers,
        memory: u32,
    ) -> Result<Vec<AbiVal>, CallError> {
        let bytes = match &layout.results {
            ResultPlace::Core => registers.r.iter().flat_map(|r| r.to_le_bytes()).collect(),
            ResultPlace::Vfp => registers.s.iter().flat_map(|s| s.to_le_bytes()).collect(),
            ResultPlace::Memory { size, .. } => {
                self.machine.read(memory, *size).map_err(CallError::Emulator)?
            }
        };
        let mut next = 0;
        let mut results = vec![];
        for (i, ty) in signature.results.iter().enumerate() {
            let at = match &layout.results {
                ResultPlace::Core | ResultPlace::Vfp => next,
                ResultPlace::Memory { offsets, .. } => offsets[i] as usize,
            };
            next = at + ty.size() as usize;
            let value = bytes.get(at..next).ok_or_else(|| {
                CallError::Usage(format!("{signature} has more than four words of results"))
            })?;
            let bits = value.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte));
            results.push(AbiVal::from_bits(*ty, bits));
        }
        Ok(results)
    }

    /// The function that holds an address.
    fn code_at(&self, pc: u32) -> Option<&CodeRange> {
        let mut all = self.modules.iter().rev().flat_map(|module| &module.code);
        all.find(|code| code.range.contains(&pc))
    }

    fn explain(&self, fault: Box<Fault>) -> CallError {
        let code = match fault.kind {
            FaultKind::Udf(number) => u8::try_from(number).ok().and_then(TrapCode::from_number),
            FaultKind::StackLimit => Some(TrapCode::StackOverflow),
            _ => None,
        };
        let holder = fault.pc.and_then(|pc| self.code_at(pc));
        let function = holder.map(|holder| holder.name.clone());
        let Some(code) = code else { return CallError::Fault { fault, function } };
        let offset = holder.zip(fault.pc).map(|(holder, pc)| pc - holder.range.start);
        let site = holder.and_then(|h| h.traps.iter().find(|site| Some(site.offset) == offset));
        let loc = site.map(|site| site.loc).unwrap_or_default();
        CallError::Trap(Trap { code, pc: fault.pc, function, loc })
    }
}

fn host_error(error: synth_emu::Error) -> CallError {
    match error {
        synth_emu::Error::Host { source, .. } => match source.downcast::<Trap>() {
            Ok(trap) => CallError::Trap(*trap),
            Err(source) => CallError::Host(source),
        },
        error => CallError::Emulator(error),
    }
}

/// The host functions during a call.
struct Hosts<'a, 'h> {
    functions: &'a [HostFunction<'h>],
}

impl Host for Hosts<'_, '_> {
    fn call(&mut self, machine: &mut Machine, call: &HostCall) -> Result<Registers, HostError> {
        let function = self.functions.get(call.index as usize);
        let function = function.ok_or_else(|| format!("no host function {}", call.index))?;
        let layout = Layout::new(&function.signature);
        let stack = match layout.stack_words as u32 {
            0 => vec![],
            words => machine.read(call.sp, words * 4)?,
        };
        let word = |place: &WordPlace| match *place {
            WordPlace::Core(number) => call.registers.r[number],
            WordPlace::Vfp(number) => call.registers.s[number],
            WordPlace::Stack(offset) => {
                let bytes = stack[offset as usize..].first_chunk().copied();
                u32::from_le_bytes(bytes.unwrap_or_default())
            }
        };
        let args: Vec<AbiVal> = function
            .signature
            .params
            .iter()
            .zip(&layout.params)
            .map(|(ty, places)| {
                let bits = places.iter().rev().fold(0, |bits, p| bits << 32 | u64::from(word(p)));
                AbiVal::from_bits(*ty, bits)
            })
            .collect();
        let results = (function.run)(machine, &args)?;
        if !results.iter().map(|r| r.ty()).eq(function.signature.results.iter().copied()) {
            return Err(format!("{results:?} are not results of {}", function.signature).into());
        }
        give_results(machine, call, &layout, &results)
    }
}

/// Places what a host function returns; other result registers are garbage,
/// as a callee may leave them.
fn give_results(
    machine: &mut Machine,
    call: &HostCall,
    layout: &Layout,
    results: &[AbiVal],
) -> Result<Registers, HostError> {
    let mut registers =
        Registers { r: [0xbad0_0000, 0xbad0_0001, 0xbad0_0002, 0xbad0_0003], s: [0xbad0_0004; 16] };
    let words = results.iter().flat_map(|result| result.words());
    match &layout.results {
        ResultPlace::Core => {
            registers.r.iter_mut().zip(words).for_each(|(register, word)| *register = word);
        }
        ResultPlace::Vfp => {
            registers.s.iter_mut().zip(words).for_each(|(register, word)| *register = word);
        }
        ResultPlace::Memory { offsets, .. } => {
            registers.r[0] = call.registers.r[0];
            for (result, offset) in results.iter().zip(offsets) {
                machine.write_words(call.registers.r[0] + offset, &result.words())?;
            }
        }
    }
    Ok(registers)
}
