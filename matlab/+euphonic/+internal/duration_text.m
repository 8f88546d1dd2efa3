function text = duration_text(seconds)
    %DURATION_TEXT   A time in words, such as 12 s, 5 min, 3.2 h or 4.1 days.
    if seconds < 100
        text = sprintf('%.0f s', seconds);
    elseif seconds < 6000
        text = sprintf('%.0f min', seconds / 60);
    elseif seconds < 48 * 3600
        text = sprintf('%.1f h', seconds / 3600);
    else
        text = sprintf('%.1f days', seconds / 86400);
    end
end
