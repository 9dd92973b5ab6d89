//! `watchables convert`: recordings for KWOK, and those of KWOK for this program.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, ErrorKind};
use std::path::Path;

use anyhow::{Context as _, bail};
use watch_recording::Recording;
use watch_recording::kwok::{self, ImportOptions};

use crate::args::ConvertArgs;
use crate::recorded;
use crate::say::say;

/// Converts the recording that the arguments name.
///
/// # Errors
///
/// If the input is neither kind of recording, or the output exists or cannot be written.
pub(crate) fn run(args: &ConvertArgs) -> anyhow::Result<()> {
    match recorded::open(&args.input, args.skip_damaged) {
        Ok(recording) => export(&recording, args),
        Err(error) if is_other_file(&error) => import(args),
        Err(error) => Err(error),
    }
}

fn is_other_file(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<watch_recording::RecordingError>();
    error.is_some_and(watch_recording::RecordingError::is_not_a_recording)
}

fn export(recording: &Recording, args: &ConvertArgs) -> anyhow::Result<()> {
    for (is_given, option) in
        [(args.start.is_some(), "--start"), (args.with_secrets, "--with-secrets")]
    {
        if is_given {
            let file = args.input.display();
            bail!("{option} is for recordings of KWOK, and {file} is one of this program");
        }
    }
    let file = create(&args.output, !recording.header().redaction.secrets)?;
    let exported = kwok::export(recording, &mut BufWriter::new(file));
    let exported = exported.map_err(|error| {
        // Half a recording is none. If it cannot be removed, the first error is still the one to report.
        let _ = fs::remove_file(&args.output);
        match error.recording_error() {
            Some(fault) if fault.damaged_at().is_some() => {
                anyhow::anyhow!("{error} (--skip-damaged)")
            }
            _ => error.into(),
        }
    })?;
    recorded::warn_of_damage(recording);
    let (objects, changes) = (exported.objects, exported.changes);
    say!("{}: {objects} objects and {changes} changes for KWOK", args.output.display());
    Ok(())
}

/// Creates a file. With values of Secrets, only the user can read it.
fn create(path: &Path, has_secrets: bool) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if has_secrets {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} exists already; choose another name", path.display())
        }
        file => file.with_context(|| format!("cannot create {}", path.display())),
    }
}

fn import(args: &ConvertArgs) -> anyhow::Result<()> {
    let file = args.input.display();
    if args.skip_damaged {
        bail!("--skip-damaged is for recordings of this program, and {file} is none");
    }
    let text = match fs::read_to_string(&args.input) {
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            bail!("{file} is neither a recording nor a text that KWOK has written")
        }
        text => text.with_context(|| format!("cannot read {file}"))?,
    };
    let mut options = ImportOptions::default().with_secrets(args.with_secrets);
    options.start = args.start;
    let imported = kwok::import(&text, &args.output, options).map_err(|error| {
        match error.recording_error() {
            Some(_) => error.into(),
            None => anyhow::Error::new(error)
                .context(format!("cannot convert {file} from KWOK's format")),
        }
    })?;
    let (objects, changes, start) = (imported.objects, imported.changes, imported.start);
    say!("{}: {objects} objects and {changes} changes from {start} on", args.output.display());
    Ok(())
}
