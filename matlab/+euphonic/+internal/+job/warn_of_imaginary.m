function warn_of_imaginary(caller, count, asr)
    %WARN_OF_IMAGINARY   Warn of COUNT modes with imaginary frequencies; ASR is the sum rule that was used.
    if count == 0
        return
    end
    advice = '';
    if euphonic.internal.options.is_none(asr)
        advice = ' Near zone centres a missing sum rule makes such modes: see the option asr.';
    end
    warning(['EUPHONIC:' caller ':imaginary_modes'], ...
        '%d modes are unstable; their frequencies are returned as negative numbers.%s', count, advice);
end
