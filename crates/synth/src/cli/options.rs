//! Options of every command that compiles.

use clap::{Args, ValueEnum};

use crate::{
    Alignment, Bounds, Cpu, FloatAbi, Imports, Init, Level, Model, Options, StackCheck, Statics,
};

/// Options that every command that compiles has.
#[derive(Args)]
pub(super) struct CompileOptions {
    /// The CPU, named as for gcc and clang [default: the board's, else cortex-m4]
    ///
    /// `synth cpus` lists them. Features that a core may lack are left out
    /// with +nofp, +nofp.dp and +nodsp, as in cortex-m33+nofp+nodsp.
    #[arg(long, value_name = "CPU")]
    cpu: Option<Cpu>,
    /// Who computes with floats and how they travel, as for gcc and clang
    ///
    /// soft: routines compute, even if the CPU has a floating-point unit.
    /// softfp: the unit computes, if there is one; floats travel in core
    /// registers. hard: floats travel in the unit's registers.
    #[arg(long, value_enum, value_name = "ABI", default_value_t = FloatAbiArg::Softfp)]
    float_abi: FloatAbiArg,
    /// Optimisation level: 0 (debugging), 1, 2 (speed), s (size) or z (size alone)
    #[arg(short = 'O', value_name = "LEVEL", default_value = "s")]
    level: Level,
    /// What an address is [default: native for objects, linear for finished modules]
    #[arg(long, value_enum, value_name = "MODEL")]
    model: Option<ModelArg>,
    /// Native model: how the addresses of a finished module without relocations are found
    #[arg(long, value_enum, value_name = "HOW", default_value_t = StaticsArg::Relocations)]
    statics: StaticsArg,
    /// Accept objects whose atomic operations became plain ones
    ///
    /// Such an object was compiled without -matomics. Its code is right only
    /// if neither an interrupt nor another thread runs while it does.
    #[arg(long)]
    single_context: bool,
    /// Let accesses to memory be removed, merged and moved
    ///
    /// Wasm does not say which accesses are volatile, so in the native model all are
    /// kept as they are. With this option none is of a device register, and none of
    /// what an interrupt or another thread changes while a function runs.
    #[arg(long)]
    no_volatile: bool,
    /// Alignment of stack frames whose address is observed: 16, as in wasm, or 8
    ///
    /// The machine aligns its stack to 8 bytes, and clang and rustc rely on 16.
    /// With 8, frames are smaller; objects that the source aligns to 16 and
    /// code that tests the alignment of a local's address may then go wrong.
    #[arg(long, value_name = "BYTES", default_value = "16", value_parser = parse_stack_align)]
    stack_align: u32,
    /// Put no data into code, for memory that can only be executed
    #[arg(long)]
    pure_code: bool,
    /// How accesses to linear memory are checked
    #[arg(long, value_enum, value_name = "KIND", default_value_t = BoundsArg::Check)]
    bounds: BoundsArg,
    /// What the alignment is worth that an access names [default: trusted in the native
    /// model, a hint in the linear model]
    #[arg(long, value_enum, value_name = "WORTH")]
    alignment: Option<AlignmentArg>,
    /// Pages of 64 KiB that `memory.grow` may reach; that much RAM is reserved
    ///
    /// The module's own maximum still holds. Without this option a memory
    /// keeps its declared minimum and `memory.grow` gives -1.
    #[arg(long, value_name = "PAGES", value_parser = clap::value_parser!(u32).range(0..=65536))]
    memory_max: Option<u32>,
    /// Entries that `table.grow` may reach; that much RAM is reserved
    ///
    /// The module's own maximum still holds. Without this option a table
    /// keeps its declared minimum and `table.grow` gives -1.
    #[arg(long, value_name = "ENTRIES")]
    table_max: Option<u32>,
    /// Make the symbols of the memories global even if they are not exported
    #[arg(long)]
    export_memory: bool,
    /// Put before the names of global symbols that are not functions
    ///
    /// It keeps the memories of two modules in one program apart:
    /// --prefix motor_ makes the memory's base motor___linear_memory_base.
    #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    prefix: String,
    /// Use another symbol for an import; may be repeated
    ///
    /// An import is an undefined symbol with the import's field name:
    /// --import-symbol env.log=my_log makes it my_log.
    #[arg(long, value_name = "MODULE.NAME=SYMBOL", value_parser = parse_rename)]
    import_symbol: Vec<(String, String)>,
    /// What becomes of imported functions that no input defines
    #[arg(long, value_enum, value_name = "HOW", default_value_t = ImportsArg::Direct)]
    imports: ImportsArg,
    /// How exhaustion of the stack is found
    #[arg(long, value_enum, value_name = "KIND", default_value_t = StackArg::None)]
    stack_check: StackArg,
    /// How the start-up code of the module is run
    #[arg(long, value_enum, value_name = "HOW", default_value_t = InitArg::Array)]
    init: InitArg,
    /// Threads; 0 means one for each core. The output does not depend on it
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = clap::value_parser!(u16).range(0..=1024)
    )]
    threads: u16,
}

#[derive(Clone, Copy, ValueEnum)]
enum ModelArg {
    /// A place in a memory of the module's own
    Linear,
    /// A machine address: the module is an ordinary native object
    Native,
}

#[derive(Clone, Copy, ValueEnum)]
enum StaticsArg {
    /// Not at all: a module with data is refused
    Relocations,
    /// Numbers inside the data are taken for addresses; each is listed on standard error
    Constants,
}

#[derive(Clone, Copy, ValueEnum)]
enum BoundsArg {
    /// An access outside the memory traps
    Check,
    /// No check: an access outside the memory touches what is there
    None,
}

#[derive(Clone, Copy, ValueEnum)]
enum AlignmentArg {
    /// A promise, as in C: a float at an address that is no multiple of 4 is a fault
    Trusted,
    /// Nothing, as in wasm: any address works
    Hint,
}

#[derive(Clone, Copy, ValueEnum)]
enum ImportsArg {
    /// The host defines each: an undefined symbol
    Direct,
    /// The host may define each: a weak symbol that traps
    Weak,
    /// The host defines __synth_import, which takes a number and the arguments
    Dispatch,
}

#[derive(Clone, Copy, ValueEnum)]
enum FloatAbiArg {
    /// Routines compute, floats travel in core registers
    Soft,
    /// The unit computes, floats travel in core registers
    Softfp,
    /// The unit computes, floats travel in its registers
    Hard,
}

#[derive(Clone, Copy, ValueEnum)]
enum InitArg {
    /// By an entry of .init_array, before the host's main
    Array,
    /// By the host, which calls __synth_init
    Symbol,
}

fn parse_stack_align(text: &str) -> Result<u32, String> {
    match text {
        "8" => Ok(8),
        "16" => Ok(16),
        _ => Err("expected 8 or 16".to_string()),
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum StackArg {
    /// Not by the code
    None,
    /// Functions compare sp with the variable __synth_stack_limit, which the
    /// host sets for each thread
    Limit,
    /// The core compares it with PSPLIM or MSPLIM, which the host sets (Armv8-M)
    Psplim,
}

fn parse_rename(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((from, to)) if from.contains('.') && !to.is_empty() => {
            Ok((from.to_string(), to.to_string()))
        }
        _ => Err("expected MODULE.NAME=SYMBOL, as in env.log=my_log".to_string()),
    }
}

impl CompileOptions {
    /// The options; `board` is the CPU if the command line names none.
    pub(super) fn options(&self, board: Option<Cpu>) -> Options {
        let mut options = Options::default();
        options.cpu = self.cpu.or(board).unwrap_or(options.cpu);
        options.float_abi = match self.float_abi {
            FloatAbiArg::Soft => FloatAbi::Soft,
            FloatAbiArg::Softfp => FloatAbi::SoftFp,
            FloatAbiArg::Hard => FloatAbi::Hard,
        };
        options.level = self.level;
        options.stack_align = self.stack_align;
        options.threads = self.threads.into();
        options.stack_check = match self.stack_check {
            StackArg::None => StackCheck::None,
            StackArg::Limit => StackCheck::Limit,
            StackArg::Psplim => StackCheck::Register,
        };
        options.object.pure_code = self.pure_code;
        let translate = &mut options.translate;
        translate.model = self.model.map(|model| match model {
            ModelArg::Linear => Model::Linear,
            ModelArg::Native => Model::Native,
        });
        translate.statics = match self.statics {
            StaticsArg::Relocations => Statics::Relocations,
            StaticsArg::Constants => Statics::Constants,
        };
        translate.single_context = self.single_context;
        translate.no_volatile = self.no_volatile;
        translate.bounds = match self.bounds {
            BoundsArg::Check => Bounds::Check,
            BoundsArg::None => Bounds::None,
        };
        translate.alignment = self.alignment.map(|alignment| match alignment {
            AlignmentArg::Trusted => Alignment::Trusted,
            AlignmentArg::Hint => Alignment::Hint,
        });
        translate.imports = match self.imports {
            ImportsArg::Direct => Imports::Direct,
            ImportsArg::Weak => Imports::Weak,
            ImportsArg::Dispatch => Imports::Dispatch,
        };
        translate.init = match self.init {
            InitArg::Array => Init::Array,
            InitArg::Symbol => Init::Symbol,
        };
        translate.memory_max_pages = self.memory_max;
        translate.table_max_entries = self.table_max;
        translate.export_memory = self.export_memory;
        translate.prefix.clone_from(&self.prefix);
        translate.import_symbols = self.import_symbol.iter().cloned().collect();
        options
    }
}
