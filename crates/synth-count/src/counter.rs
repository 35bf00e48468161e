//! The emulator: memory, calls under AAPCS, hooks.
//!
//! Memory is mapped by pages as it is asked for. A call returns to a page that
//! no program has, where the emulation stops.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use synth_object::Image;
use synth_thumb::inst::Reg;
use unicorn_engine::{
    Arch, ArmCpuModel, HookType, MemType, Mode, Prot, RegisterARM, UcHookId, Unicorn, uc_error,
};

use crate::elf::Executable;
use crate::observe::{Anomaly, Decoded, Observer};
use crate::{Access, Core, Count, Error};

const PAGE: u32 = 0x1000;
/// Where calls return to; code can't execute above 0xa0000000.
const EXIT: u32 = 0x9fff_f000;
/// The top of the stack of the calls.
const STACK_TOP: u32 = 0x9fff_0000;
/// The size of that stack in bytes.
const STACK: u32 = 1 << 20;

/// How a function is called.
#[derive(Clone, Debug)]
pub struct Call {
    /// Argument words: four in registers, the others on the stack.
    pub words: Vec<u32>,
    /// The number of instructions after which to give up.
    pub limit: u64,
    /// Whether to record memory accesses.
    pub trace: bool,
}

impl Call {
    /// A call with these argument words.
    #[must_use]
    pub fn words(words: &[u32]) -> Self {
        Self { words: words.to_vec(), limit: 1_000_000_000, trace: false }
    }
}

/// A program in the memory of an emulated core.
pub struct Counter {
    core: Core,
    emulator: Unicorn<'static, ()>,
    observer: Rc<RefCell<Observer>>,
    /// Pages that are mapped.
    pages: BTreeSet<u32>,
    symbols: BTreeMap<String, u32>,
    /// What reads of device registers give, in turn.
    scripts: Rc<RefCell<Scripts>>,
}

type Scripts = BTreeMap<u32, VecDeque<u32>>;

/// Registers by number.
const REGISTERS: [RegisterARM; 16] = [
    RegisterARM::R0,
    RegisterARM::R1,
    RegisterARM::R2,
    RegisterARM::R3,
    RegisterARM::R4,
    RegisterARM::R5,
    RegisterARM::R6,
    RegisterARM::R7,
    RegisterARM::R8,
    RegisterARM::R9,
    RegisterARM::R10,
    RegisterARM::R11,
    RegisterARM::R12,
    RegisterARM::SP,
    RegisterARM::LR,
    RegisterARM::PC,
];

fn failure(error: uc_error) -> Error {
    Error::Emulator(format!("{error:?}"))
}

fn read(emulator: &Unicorn<'_, ()>, reg: Reg) -> u32 {
    let value = emulator.reg_read(REGISTERS[usize::from(reg.index())]);
    value.unwrap_or_default() as u32
}

/// What the registers that a function must preserve hold before a call.
fn pattern(number: u8) -> u32 {
    0xa5a5_0000 | u32::from(number)
}

impl Counter {
    /// An empty core.
    ///
    /// # Errors
    /// If the emulator does not start.
    pub fn new(core: Core) -> Result<Self, Error> {
        // Mode::MCLASS would make it a Cortex-M33.
        let mut emulator = Unicorn::new(Arch::ARM, Mode::THUMB).map_err(failure)?;
        let model = match core {
            Core::M3 => ArmCpuModel::CORTEX_M3,
            Core::M4 => ArmCpuModel::CORTEX_M4,
        };
        emulator.ctl_set_cpu_model(model as i32).map_err(failure)?;
        let observer = Rc::new(RefCell::new(Observer::new(core)));
        let hooked = Rc::clone(&observer);
        let step = move |emulator: &mut Unicorn<'_, ()>, address: u64, _size: u32| {
            let address = address as u32;
            let go_on = address == EXIT
                || hooked.borrow_mut().instruction(address, &|reg| read(emulator, reg));
            if !go_on {
                // It can't fail: the emulation is running.
                let _ = emulator.emu_stop();
            }
        };
        // An end before the start means everywhere.
        emulator.add_code_hook(1, 0, step).map_err(failure)?;
        let (pages, symbols) = (BTreeSet::new(), BTreeMap::new());
        let scripts = Rc::default();
        let mut counter = Self { core, emulator, observer, pages, symbols, scripts };
        counter.map(EXIT, PAGE)?;
        counter.map(STACK_TOP - STACK, STACK)?;
        Ok(counter)
    }

    /// The core.
    #[must_use]
    pub fn core(&self) -> Core {
        self.core
    }

    /// Makes memory of a range of addresses; what is memory already stays.
    ///
    /// # Errors
    /// If the range wraps around.
    pub fn map(&mut self, address: u32, length: u32) -> Result<(), Error> {
        let end = u64::from(address) + u64::from(length);
        if end > 1 << 32 {
            let reason = "beyond the address space".to_string();
            return Err(Error::Memory { address, length, reason });
        }
        let last = end.div_ceil(u64::from(PAGE)) as u32;
        let mut first = address / PAGE;
        // Few large regions are much faster than many small ones.
        while first < last {
            let run = (first..last).take_while(|page| !self.pages.contains(page)).count() as u32;
            if run > 0 {
                let (at, size) = (u64::from(first * PAGE), u64::from(run) * u64::from(PAGE));
                self.emulator.mem_map(at, size, Prot::ALL).map_err(failure)?;
                self.pages.extend(first..first + run);
            }
            first += run.max(1);
        }
        Ok(())
    }

    /// Writes bytes, after making memory of their addresses.
    ///
    /// # Errors
    /// If the range wraps around.
    pub fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Error> {
        self.map(address, bytes.len() as u32)?;
        self.emulator.mem_write(u64::from(address), bytes).map_err(failure)
    }

    /// Reads bytes.
    ///
    /// # Errors
    /// If it is no memory.
    pub fn read(&self, address: u32, length: u32) -> Result<Vec<u8>, Error> {
        let bytes = self.emulator.mem_read_as_vec(u64::from(address), length as usize);
        bytes.map_err(|e| Error::Memory { address, length, reason: format!("{e:?}") })
    }

    /// Writes code, which may then be called.
    ///
    /// # Errors
    /// If the range wraps around.
    pub fn code(&mut self, address: u32, bytes: &[u8]) -> Result<(), Error> {
        self.write(address, bytes)?;
        self.observer.borrow_mut().decoded.push(Decoded::new(address, bytes));
        Ok(())
    }

    /// Loads an ELF executable as it is after start-up: variables have their
    /// initial values and the constructors in `.init_array` have run.
    ///
    /// # Errors
    /// If it is none, or a constructor fails.
    pub fn load(&mut self, elf: &[u8]) -> Result<(), Error> {
        let executable = Executable::parse(elf)?;
        for segment in &executable.segments {
            match segment.code {
                true => self.code(segment.address, &segment.bytes)?,
                false => self.write(segment.address, &segment.bytes)?,
            }
        }
        self.symbols.extend(executable.symbols);
        for function in executable.constructors {
            self.call(function, &Call::words(&[]))?;
        }
        Ok(())
    }

    /// Loads an image, as [`Counter::load`] does.
    ///
    /// # Errors
    /// If a constructor fails.
    pub fn load_image(&mut self, image: &Image) -> Result<(), Error> {
        let elf = image.to_elf().map_err(|e| Error::Elf(e.to_string()))?;
        self.load(&elf)
    }

    /// Makes reads of an address give these words, one after the other and then
    /// the last for ever, as a device register may. It holds for calls with
    /// [`Call::trace`], and replaces what was said of the address before.
    pub fn script(&mut self, address: u32, words: &[u32]) {
        self.scripts.borrow_mut().insert(address, words.iter().copied().collect());
    }

    /// The address of a symbol.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn symbol(&self, name: &str) -> Result<u32, Error> {
        self.symbols.get(name).copied().ok_or_else(|| Error::NoSymbol(name.to_string()))
    }

    /// All symbols and their addresses.
    pub fn symbols(&self) -> impl Iterator<Item = (&str, u32)> {
        self.symbols.iter().map(|(name, &address)| (name.as_str(), address))
    }

    /// Whether an address is on the stack that calls use.
    #[must_use]
    pub fn on_stack(&self, address: u32) -> bool {
        (STACK_TOP - STACK..STACK_TOP).contains(&address)
    }

    /// Calls a function by name.
    ///
    /// # Errors
    /// As [`Counter::call`].
    pub fn call_symbol(&mut self, name: &str, call: &Call) -> Result<Count, Error> {
        self.call(self.symbol(name)?, call)
    }

    /// Calls the function at an address, with or without the Thumb bit.
    ///
    /// # Errors
    /// If it does not return, or changes a register that it must preserve.
    pub fn call(&mut self, function: u32, call: &Call) -> Result<Count, Error> {
        let sp = self.prepare(call)?;
        self.observer.borrow_mut().reset(self.core, sp, call.limit);
        let hooks = if call.trace { self.trace()? } else { vec![] };
        let start = u64::from(function | 1);
        let result = self.emulator.emu_start(start, u64::from(EXIT), 0, 0);
        for hook in hooks {
            self.emulator.remove_hook(hook).map_err(failure)?;
        }
        self.judge(result, call.limit)?;
        self.preserved(sp)?;
        let observer = self.observer.borrow();
        Ok(Count {
            registers: [0, 1, 2, 3].map(|i| self.register(i)),
            executed: observer.executed,
            skipped: observer.skipped,
            cycles: observer.cycles,
            stack: sp - observer.lowest_sp,
            unmodelled: observer.unmodelled(),
            profile: observer.profile(),
            accesses: observer.accesses.clone(),
        })
    }

    fn register(&self, number: u8) -> u32 {
        Reg::new(number).map_or(0, |reg| read(&self.emulator, reg))
    }

    fn set(&mut self, number: u8, value: u32) -> Result<(), Error> {
        let reg = REGISTERS[usize::from(number)];
        self.emulator.reg_write(reg, u64::from(value)).map_err(failure)
    }

    /// Places the arguments and returns the stack pointer.
    fn prepare(&mut self, call: &Call) -> Result<u32, Error> {
        let (registers, stack) = call.words.split_at(call.words.len().min(4));
        let sp = (STACK_TOP - 4 * stack.len() as u32) & !7;
        let bytes: Vec<u8> = stack.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.emulator.mem_write(u64::from(sp), &bytes).map_err(failure)?;
        for number in 0..13 {
            let value = registers.get(usize::from(number)).copied();
            self.set(number, value.unwrap_or(pattern(number)))?;
        }
        self.set(13, sp)?;
        self.set(14, EXIT | 1)?;
        Ok(sp)
    }

    /// Turns the end of the emulation into a result.
    fn judge(&mut self, result: Result<(), uc_error>, limit: u64) -> Result<(), Error> {
        let (pc, sp) = (self.register(15), self.register(13));
        let mut observer = self.observer.borrow_mut();
        if observer.anomaly.is_none() && observer.executed >= limit && pc != EXIT {
            return Err(Error::Limit(limit));
        }
        let fault = result.err().map(|e| format!("{e:?}"));
        let at = observer.pc();
        match fault {
            Some(_) => observer.abandon(),
            None => observer.finish(pc, sp),
        }
        let reason = match observer.anomaly {
            Some(Anomaly::Outside(address)) => Some(format!("control at {address:#010x}, no code")),
            Some(Anomaly::Flow(from, to)) => {
                Some(format!("control went from {from:#010x} to {to:#010x} without a branch"))
            }
            None => fault.or_else(|| (pc != EXIT).then(|| format!("pc is {pc:#010x}"))),
        };
        match reason {
            Some(reason) => Err(Error::Stopped { pc: at, executed: observer.executed, reason }),
            None => Ok(()),
        }
    }

    fn preserved(&self, sp: u32) -> Result<(), Error> {
        if self.register(13) != sp {
            return Err(Error::Clobbered("sp".to_string()));
        }
        match (4..12).find(|&number| self.register(number) != pattern(number)) {
            Some(number) => Err(Error::Clobbered(format!("r{number}"))),
            None => Ok(()),
        }
    }

    /// Records the memory accesses of the next call.
    fn trace(&mut self) -> Result<Vec<UcHookId>, Error> {
        let scripts = Rc::clone(&self.scripts);
        let answer = move |emulator: &mut Unicorn<'_, ()>, _, address: u64, _: usize, _| {
            if let Some(word) = next_word(&mut scripts.borrow_mut(), address as u32) {
                // It can't fail: the address is about to be read.
                let _ = emulator.mem_write(address, &word.to_le_bytes());
            }
            leave_it_block(emulator);
            true
        };
        let mut hooks =
            vec![self.emulator.add_mem_hook(HookType::MEM_READ, 1, 0, answer).map_err(failure)?];
        for kind in [HookType::MEM_READ_AFTER, HookType::MEM_WRITE] {
            let observer = Rc::clone(&self.observer);
            let record =
                move |emulator: &mut Unicorn<'_, ()>, kind, address: u64, size: usize, value| {
                    leave_it_block(emulator);
                    let mut observer = observer.borrow_mut();
                    let access = Access {
                        pc: observer.pc(),
                        address: address as u32,
                        width: size as u32,
                        store: kind == MemType::WRITE,
                        value: value as u64 & u64::MAX >> (64 - 8 * size.clamp(1, 8)),
                    };
                    observer.accesses.push(access);
                    true
                };
            hooks.push(self.emulator.add_mem_hook(kind, 1, 0, record).map_err(failure)?);
        }
        Ok(hooks)
    }
}

/// Clears the IT state. For a hook of an access the emulator restores the state of
/// the instruction and leaves it so: without this, what follows the block is
/// executed under the conditions of the instruction's IT block. (The conditions of
/// the block itself are part of the code that is running.)
fn leave_it_block(emulator: &mut Unicorn<'_, ()>) {
    /// IT\[1:0\] and IT\[7:2\] of the program status register (B1.3.3).
    const IT: u64 = 0x0600_fc00;
    if let Ok(status) = emulator.reg_read(RegisterARM::CPSR)
        && status & IT != 0
    {
        // It can't fail: the register was read.
        let _ = emulator.reg_write(RegisterARM::CPSR, status & !IT);
    }
}

/// What a read of an address gives, if there is a script for it.
fn next_word(scripts: &mut Scripts, address: u32) -> Option<u32> {
    let words = scripts.get_mut(&address)?;
    match words.len() {
        1 => words.front().copied(),
        _ => words.pop_front(),
    }
}
