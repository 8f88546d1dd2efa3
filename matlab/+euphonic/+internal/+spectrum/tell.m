function tell(caller, found, asr)
    %TELL   Warnings of what the daemon said of a spectrum, and of imaginary modes; ASR is the sum rule that was used.
    for i = 1:numel(found.notes)
        warning(['EUPHONIC:' caller ':note'], '%s', found.notes{i});
    end
    euphonic.internal.job.warn_of_imaginary(caller, found.imaginary, asr);
end
