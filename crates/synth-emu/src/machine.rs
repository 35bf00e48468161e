//! A persistent emulated board: memory, calls, calls back to the host.
//!
//! Invariant: between two operations the server waits for a request, with one
//! frame on its stack for each call that is suspended in a host function.

use std::process::Command;
use std::time::Duration;

use tempfile::TempPath;

use crate::board::{Board, Description, MemoryMap};
use crate::count::{self, Begin, Overhead};
use crate::error::{Error, HostError, Result};
use crate::mpu;
use crate::outcome::{Outcome, Registers, Run};
use crate::process::{Process, QEMU};
use crate::protocol::{
    FLAG_DIV_0_TRP, FLAG_FPU, FLAG_UNALIGN_TRP, Kind, Operation, REPLY_WORDS, Reply, Request,
};

/// How a machine is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The board.
    pub board: Board,
    /// Count executed instructions ([`Run::instructions`]). QEMU is then
    /// several times slower, and a call may execute 1,250,000,000
    /// instructions at most.
    pub counting: bool,
}

/// The arguments and circumstances of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallArgs {
    /// r0-r3, s0-s15.
    pub registers: Registers,
    /// Argument words on the stack, the first at the lowest address.
    pub stack: Vec<u32>,
    /// The stack pointer before the stack arguments are placed, rounded down to
    /// 8 bytes. `None`: the top of the stack region, or in a host function the
    /// stack pointer of the suspended call.
    pub stack_top: Option<u32>,
    /// The stack limit (PSPLIM; ARMv8-M only). `None`: the start of the stack
    /// region if the stack pointer lies in it, else no limit.
    pub stack_limit: Option<u32>,
    /// Turn the floating-point unit on; else its instructions fault with
    /// [`FaultKind::NoCoprocessor`](crate::FaultKind::NoCoprocessor).
    pub fpu: bool,
    /// Fault on every unaligned access (CCR.UNALIGN_TRP).
    pub trap_unaligned: bool,
    /// Fault on division by zero (CCR.DIV_0_TRP).
    pub trap_divide_by_zero: bool,
    /// How long the call may run (time in host functions not included), up to
    /// two minutes.
    pub timeout: Duration,
}

impl Default for CallArgs {
    fn default() -> Self {
        Self {
            registers: Registers::default(),
            stack: Vec::new(),
            stack_top: None,
            stack_limit: None,
            fpu: false,
            trap_unaligned: false,
            trap_divide_by_zero: false,
            timeout: Duration::from_secs(10),
        }
    }
}

impl CallArgs {
    /// Arguments that are words: the first four in r0-r3, the rest on the stack.
    #[must_use]
    pub fn words(words: &[u32]) -> Self {
        let mut args = Self::default();
        let (registers, stack) = words.split_at(words.len().min(4));
        args.registers.r[..registers.len()].copy_from_slice(registers);
        args.stack = stack.to_vec();
        args
    }
}

/// A call from the target to the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostCall {
    /// The index in the stub that was called.
    pub index: u32,
    /// r0-r3, and s0-s15 if the floating-point unit is on.
    pub registers: Registers,
    /// The stack pointer at entry: the address of the first stack argument.
    pub sp: u32,
    /// The return address.
    pub lr: u32,
}

/// The host functions that the target may call. Closures implement it; a type
/// that calls back into the target passes itself on to [`Machine::call_with`].
pub trait Host {
    /// Runs the host function `call.index`. The result registers go back to the
    /// target; an error abandons the call and is returned as [`Error::Host`].
    ///
    /// # Errors
    /// Whatever the function wants to report to whoever made the call.
    fn call(
        &mut self,
        machine: &mut Machine,
        call: &HostCall,
    ) -> std::result::Result<Registers, HostError>;
}

impl<F, R> Host for F
where
    F: FnMut(&mut Machine, &HostCall) -> std::result::Result<R, HostError>,
    R: Into<Registers>,
{
    fn call(
        &mut self,
        machine: &mut Machine,
        call: &HostCall,
    ) -> std::result::Result<Registers, HostError> {
        self(machine, call).map(Into::into)
    }
}

/// A host without functions.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl Host for NoHost {
    fn call(
        &mut self,
        _machine: &mut Machine,
        call: &HostCall,
    ) -> std::result::Result<Registers, HostError> {
        Err(Box::new(Error::NoHost { index: call.index }))
    }
}

/// An emulated board that runs until it is dropped.
pub struct Machine {
    options: Options,
    description: Description,
    memory: MemoryMap,
    image: TempPath,
    process: Process,
    /// Stack pointers of the calls that are suspended in host functions.
    suspended: Vec<u32>,
    overhead: Overhead,
    restarts: u32,
}

/// How long the server may take for what runs none of the code under test, and
/// how much longer than its timeout for a call.
const GRACE: Duration = Duration::from_secs(3);
/// The longest timeout of the board's own watchdog, well under 2^32 ticks.
const MAX_TIMEOUT: Duration = Duration::from_secs(160);
/// The server has a stack of some 60 KiB and uses some 250 bytes of it a call.
const MAX_NESTING: usize = 128;

impl Machine {
    /// Starts a board.
    ///
    /// # Errors
    /// QEMU is missing or does not start.
    pub fn start(board: Board) -> Result<Self> {
        Self::with_options(Options { board, counting: false })
    }

    /// Starts a board.
    ///
    /// # Errors
    /// QEMU is missing or does not start.
    pub fn with_options(options: Options) -> Result<Self> {
        let description = options.board.description();
        let image = tempfile::NamedTempFile::new()?.into_temp_path();
        std::fs::write(&image, description.server.image())?;
        let process = launch(&options, &image)?;
        let memory = options.board.memory();
        let mut machine = Self {
            options,
            description,
            memory,
            image,
            process,
            suspended: Vec::new(),
            overhead: Overhead::default(),
            restarts: 0,
        };
        machine.configure()?;
        if options.counting {
            machine.calibrate()?;
        }
        Ok(machine)
    }

    /// The board.
    #[must_use]
    pub fn board(&self) -> Board {
        self.options.board
    }

    /// Where code and data may be placed.
    #[must_use]
    pub fn memory(&self) -> &MemoryMap {
        &self.memory
    }

    /// How often QEMU had to be restarted, each time with the loss of the
    /// memory's contents.
    #[must_use]
    pub fn restarts(&self) -> u32 {
        self.restarts
    }

    /// Writes `bytes` at `address`.
    ///
    /// # Errors
    /// The range is outside the memory, or the emulator failed.
    pub fn write(&mut self, address: u32, bytes: &[u8]) -> Result<()> {
        let length = self.check(address, bytes.len())?;
        self.request(Operation::Write, &Request { address, length, ..Request::default() })?;
        self.process.send(bytes)
    }

    /// Writes words at `address`.
    ///
    /// # Errors
    /// As [`Machine::write`].
    pub fn write_words(&mut self, address: u32, words: &[u32]) -> Result<()> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.write(address, &bytes)
    }

    /// Reads `length` bytes at `address`.
    ///
    /// # Errors
    /// The range is outside the memory, or the emulator failed.
    pub fn read(&mut self, address: u32, length: u32) -> Result<Vec<u8>> {
        self.check(address, length as usize)?;
        self.request(Operation::Read, &Request { address, length, ..Request::default() })?;
        let mut bytes = vec![0; length as usize];
        self.receive(&mut bytes, GRACE)?;
        Ok(bytes)
    }

    /// Reads the word at `address`.
    ///
    /// # Errors
    /// As [`Machine::read`].
    pub fn read_word(&mut self, address: u32) -> Result<u32> {
        let bytes = self.read(address, 4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// Sets `length` bytes at `address` to `byte`.
    ///
    /// # Errors
    /// The range is outside the memory, or the emulator failed.
    pub fn fill(&mut self, address: u32, length: u32, byte: u8) -> Result<()> {
        self.check(address, length as usize)?;
        let flags = byte.into();
        self.request(Operation::Fill, &Request { address, length, flags, ..Request::default() })
    }

    /// Stores to a device or system register, such as the MPU's. The address
    /// is not checked: a bad one ends the server.
    ///
    /// # Errors
    /// The emulator failed.
    pub fn poke(&mut self, address: u32, value: u32) -> Result<()> {
        self.request(Operation::Poke, &Request { address, length: value, ..Request::default() })
    }

    /// Loads from a device or system register. The address is not checked: a
    /// bad one ends the server.
    ///
    /// # Errors
    /// The emulator failed.
    pub fn peek(&mut self, address: u32) -> Result<u32> {
        self.request(Operation::Peek, &Request { address, ..Request::default() })?;
        let mut bytes = [0; 4];
        self.receive(&mut bytes, GRACE)?;
        Ok(u32::from_le_bytes(bytes))
    }

    /// The code of a function that calls host function `index` with the
    /// arguments it was given: 12 bytes to be written at a word-aligned address.
    #[must_use]
    pub fn host_stub(&self, index: u16) -> [u8; 12] {
        let imm = u32::from(index);
        let mut stub = [0; 12];
        // movw r12, #index; ldr.w pc, [pc]; .word hostcall
        let first = 0xf240 | (imm >> 11 & 1) << 10 | imm >> 12;
        let second = 0x0c00 | (imm >> 8 & 7) << 12 | imm & 0xff;
        for (chunk, half) in stub.chunks_exact_mut(2).zip([first, second, 0xf8df, 0xf000]) {
            chunk.copy_from_slice(&(half as u16).to_le_bytes());
        }
        stub[8..].copy_from_slice(&self.description.server.hostcall().to_le_bytes());
        stub
    }

    /// Calls the Thumb function at `function` (with or without the Thumb bit).
    ///
    /// # Errors
    /// The emulator failed, or the target called a host function.
    pub fn call(&mut self, function: u32, args: &CallArgs) -> Result<Run> {
        self.call_with(function, args, &mut NoHost)
    }

    /// Calls the Thumb function at `function`, whose calls to host functions
    /// `host` serves. May be used inside a host function.
    ///
    /// # Errors
    /// The emulator or a host function failed. A fault of the target is an
    /// [`Outcome`].
    pub fn call_with(
        &mut self,
        function: u32,
        args: &CallArgs,
        host: &mut dyn Host,
    ) -> Result<Run> {
        let request = self.prepare(function, args)?;
        if self.suspended.len() >= MAX_NESTING {
            return Err(Error::Nesting { limit: MAX_NESTING });
        }
        self.request(Operation::Call, &request)?;
        let stack: Vec<u8> = args.stack.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.process.send(&stack)?;
        let mut begin = Begin::Call;
        let mut executed = 0;
        loop {
            let reply = match self.reply(args.timeout) {
                Err(Error::Unresponsive(_)) => {
                    return Ok(Run { outcome: Outcome::Timeout, instructions: None });
                }
                reply => reply?,
            };
            executed += count::instructions(reply.ticks, self.description.tick_ns)
                - self.overhead.of(begin, &reply);
            let outcome = match reply.kind {
                Kind::Returned => Outcome::returned(&reply, request.length, args.fpu),
                Kind::Fault if reply.index == 16 + self.description.server.watchdog_irq() => {
                    Outcome::Timeout
                }
                Kind::Fault => Outcome::fault(&reply, &self.memory),
                Kind::HostCall => {
                    self.serve(&reply, args.fpu, host)?;
                    begin = Begin::Resume;
                    continue;
                }
            };
            let instructions = self.options.counting.then_some(executed.max(0) as u64);
            return Ok(Run { outcome, instructions });
        }
    }

    /// The request of a call.
    fn prepare(&self, function: u32, args: &CallArgs) -> Result<Request> {
        if args.fpu && !self.description.has_fpu {
            return Err(Error::NoFpu { cpu: self.description.cpu });
        }
        let stack = &self.memory.stack;
        let top =
            args.stack_top.unwrap_or_else(|| self.suspended.last().copied().unwrap_or(stack.end));
        let stack_words = u32::try_from(args.stack.len()).unwrap_or(u32::MAX);
        let sp = (top & !7).wrapping_sub(stack_words.saturating_mul(4)) & !7;
        self.check(sp, args.stack.len().saturating_mul(4))?;
        let inside = stack.start <= sp && sp <= stack.end;
        let flags = [
            (args.fpu, FLAG_FPU),
            (args.trap_unaligned, FLAG_UNALIGN_TRP),
            (args.trap_divide_by_zero, FLAG_DIV_0_TRP),
        ];
        Ok(Request {
            address: function | 1,
            length: sp,
            flags: flags.iter().filter(|(on, _)| *on).map(|(_, bit)| bit).sum(),
            r: args.registers.r,
            stack_limit: args.stack_limit.unwrap_or(if inside { stack.start } else { 0 }),
            watchdog: self.watchdog_ticks(args.timeout),
            stack_words,
            s: args.registers.s,
        })
    }

    /// What the board's watchdog timer is set to. Its time is virtual when
    /// instructions are counted; it then only keeps the timers from wrapping.
    fn watchdog_ticks(&self, timeout: Duration) -> u32 {
        let ns = if self.options.counting {
            u128::from(count::MAX_INSTRUCTIONS) << 7
        } else {
            timeout.min(MAX_TIMEOUT).as_nanos()
        };
        u32::try_from(ns / u128::from(self.description.tick_ns)).unwrap_or(u32::MAX).max(1)
    }

    /// Runs a host function and lets the target go on.
    fn serve(&mut self, reply: &Reply, fpu: bool, host: &mut dyn Host) -> Result<()> {
        let registers = Registers { r: reply.r, s: if fpu { reply.s } else { [0; 16] } };
        let call = HostCall { index: reply.index, registers, sp: reply.sp, lr: reply.lr };
        let restarts = self.restarts;
        self.suspended.push((reply.sp - HOST_CALL_FRAME) & !7);
        let result = host.call(self, &call);
        let lost = self.restarts != restarts;
        self.suspended.pop();
        match result {
            Ok(_) if lost => Err(Error::Restarted),
            Ok(Registers { r, s }) => {
                self.request(Operation::Resume, &Request { r, s, ..Request::default() })
            }
            Err(source) => {
                if !lost {
                    self.request(Operation::Abort, &Request::default())?;
                }
                Err(match source.downcast::<Error>() {
                    Ok(error) => *error,
                    Err(source) => Error::Host { index: call.index, source },
                })
            }
        }
    }

    fn request(&mut self, operation: Operation, request: &Request) -> Result<()> {
        self.process.send(&request.encode(operation))
    }

    fn reply(&mut self, timeout: Duration) -> Result<Reply> {
        let grace = if self.options.counting { Duration::ZERO } else { GRACE };
        let mut bytes = [0; 4 * REPLY_WORDS];
        self.receive(&mut bytes, timeout.min(MAX_TIMEOUT) + grace)?;
        Reply::decode(&bytes).ok_or(Error::Protocol)
    }

    /// Waits for an answer; a machine that stopped is started again, so that
    /// the next call finds one.
    fn receive(&mut self, bytes: &mut [u8], timeout: Duration) -> Result<()> {
        let received = self.process.receive(bytes, timeout);
        if received.is_err() {
            self.restarts += 1;
            self.suspended.clear();
            self.process = launch(&self.options, &self.image)?;
            self.configure()?;
        }
        received
    }

    /// Sets up what the server leaves to the host.
    fn configure(&mut self) -> Result<()> {
        for (register, value) in mpu::setup(&self.description) {
            self.poke(register, value)?;
        }
        // The first answer shows that the board came up.
        self.request(Operation::Peek, &Request { address: CPUID, ..Request::default() })?;
        self.process.receive(&mut [0; 4], GRACE)
    }

    /// The length of a range that lies in memory.
    fn check(&self, address: u32, length: usize) -> Result<u32> {
        let known = u32::try_from(length).ok().filter(|&l| self.memory.contains(address, l));
        known.ok_or(Error::Address {
            address,
            length: u32::try_from(length).unwrap_or(u32::MAX),
            board: self.description.name,
        })
    }

    /// Measures the server's share of a count on programs of known length.
    fn calibrate(&mut self) -> Result<()> {
        let code = self.memory.code.start;
        let args = CallArgs::default();
        let count = |run: Run| run.instructions.unwrap_or_default() as i64;
        // The overheads start as zero, so that each run reports the raw count.
        self.write(code, &[0x70, 0x47, 0, 0xde])?; // bx lr; udf #0
        let mut overhead = Overhead { call: count(self.call(code, &args)?) - 1, ..self.overhead };
        overhead.fault = count(self.call(code + 2, &args)?) - overhead.call;
        // The stub alone returns to the server at once: no instruction is the
        // program's.
        self.write(code, &self.host_stub(0))?;
        self.request(Operation::Call, &self.prepare(code, &args)?)?;
        let called = self.reply(args.timeout)?;
        self.request(Operation::Resume, &Request::default())?;
        let returned = self.reply(args.timeout)?;
        let tick_ns = self.description.tick_ns;
        overhead.host_call = count::instructions(called.ticks, tick_ns) - overhead.call;
        overhead.resume = count::instructions(returned.ticks, tick_ns);
        self.overhead = overhead;
        self.fill(code, 12, 0)
    }
}

/// System Control Block: CPUID.
const CPUID: u32 = 0xe000_ed00;
/// What the server's `hostcall` pushes on the stack of the code under test.
const HOST_CALL_FRAME: u32 = 36;

fn launch(options: &Options, image: &TempPath) -> Result<Process> {
    let description = options.board.description();
    let mut command = Command::new(QEMU);
    command.args(["-M", description.name]);
    command.args(["-display", "none", "-monitor", "none", "-serial", "none"]);
    command.args(["-semihosting-config", "enable=on,target=native"]);
    if options.counting {
        command.args(["-icount", count::ICOUNT]);
    }
    let mut loader = std::ffi::OsString::from(format!(
        "loader,addr={:#x},force-raw=on,file=",
        description.server.load_address()
    ));
    // QEMU reads a doubled comma as a comma.
    loader.push(image.to_string_lossy().replace(',', ",,"));
    command.arg("-device").arg(loader);
    Process::start(&mut command)
}
